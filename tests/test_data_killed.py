"""kill -9 at any moment of a data command: the next run completes, and fsck finds nothing wrong."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.programs import EXP, exp_ok, finish, start
from tests.repos import make_project

MOMENTS = int(os.environ.get("GITEXP_KILLS", "1"))  # times six commands; 20 to look harder
CONFIG = "[core]\n    remote = main\n[cache]\n    type = {kind}\n['remote \"main\"']\n    url = ../../store\n"
STEPS = {
    "add": ("add", "data"),
    "push": ("data", "push"),
    "fetch": ("data", "fetch"),
    "checkout": ("checkout",),
    "pull": ("data", "pull"),
    "gc": ("gc", "-w", "-f", "-c"),
}
AGAIN = {"checkout": ("-f",), "pull": ("-f",)}  # half a checkout is files of its own, which may be replaced


def make_data(repo: Path, seed: int) -> None:
    folder = repo / "data"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for number in range(200):
        (folder / f"{number}").write_bytes(f"{seed} {number} ".encode() * 200)
    (folder / "large").write_bytes(seed.to_bytes(4, "big") * (3 << 20))


def kill_within(repo: Path, words: tuple[str, ...], seconds: float) -> bool:
    """Whether it was still at work."""
    process = start(repo, (*EXP, *words))
    time.sleep(seconds)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    return finish(process).code < 0


def assert_clean(repo: Path) -> None:
    report = json.loads(exp_ok(repo, "fsck", "--json"))
    assert report["clean"] and report["elsewhere"] == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["hardlink", "copy"])
def test_the_next_run_completes(work: Path, kind: str) -> None:
    repo = make_project(work / "repo", {".dvc/config": CONFIG.format(kind=kind)})
    luck = random.Random(7)
    took = dict.fromkeys(STEPS, 1.0)  # seconds, by what the last whole one took
    struck = dict.fromkeys(STEPS, 0)
    for round in range(MOMENTS):
        make_data(repo, round)
        for name, words in STEPS.items():
            if name in ("fetch", "pull"):
                shutil.rmtree(repo / ".dvc/cache")
            if name in ("checkout", "pull"):
                shutil.rmtree(repo / "data")
            struck[name] += kill_within(repo, words, luck.uniform(0.1, 1.0) * took[name])
            began = time.monotonic()
            exp_ok(repo, *words, *AGAIN.get(name, ()))
            took[name] = max(0.3, time.monotonic() - began)
            assert_clean(repo)
        assert len(list((repo / "data").iterdir())) == 201
        assert json.loads(exp_ok(repo, "gc", "-w", "--dry", "--json"))["objects"] == 0
    print(f"killed of {MOMENTS}: {struck}")
    assert MOMENTS < 4 or all(struck.values()), struck
