"""kill -9 at any moment of a push or fetch: no half object on the remote, the next run completes.

GITEXP_KILLS=20 looks at more moments than the usual few.
"""

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

from gitexp.cache.hashing import md5_file
from gitexp.cache.remotes.remote import open_remote
from gitexp.cache.remotes.store import value_of
from gitexp.project import find_project
from gitexp.project.remotes import choose_remote
from tests.programs import EXP, exp_ok, finish, start
from tests.repos import make_project
from tests.servers import S3_KEYS, S3Server, SshServer

KILLS = int(os.environ.get("GITEXP_KILLS", "1"))
CONFIG = "[core]\n    remote = main\n[cache]\n    type = hardlink\n['remote \"main\"']\n"


def make_data(repo: Path, seed: int) -> None:
    folder = repo / "data"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for number in range(20):
        (folder / f"{number}").write_bytes(f"{seed} {number} ".encode() * 200)
    (folder / "large").write_bytes(random.Random(seed).randbytes(3 << 20) * 3)


def kill_within(repo: Path, words: tuple[str, ...], seconds: float) -> bool:
    """Whether it was still at work."""
    process = start(repo, (*EXP, *words))
    time.sleep(seconds)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    return finish(process).code < 0


def assert_whole(repo: Path, room: Path, checked: set[str]) -> int:
    """Every object that the remote shows under its name has that content; how many there are.

    Those in `checked` were looked at before.
    """
    project = find_project(repo)
    remote = open_remote(choose_remote(project.settings))
    seen: set[str] = set()
    for found in remote.list("files/md5/"):
        named = value_of(found.key)
        assert named is not None, found
        seen.add(found.key)
        if found.key in checked:
            continue
        remote.get(found.key, room / "object", lambda size: None)
        assert md5_file(room / "object") == named[0].removesuffix(".dir"), found
        (room / "object").unlink()
    checked |= seen
    return len(seen)


def assert_clean(repo: Path) -> None:
    report = json.loads(exp_ok(repo, "fsck", "--json"))
    assert report["clean"] and report["elsewhere"] == []


@pytest.fixture(params=["folder", "s3", "ssh"])
def repo(request: pytest.FixtureRequest, work: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose remote is of that kind."""
    lines = [f"url = {work}/store"]
    if request.param == "s3":
        server: S3Server = request.getfixturevalue("s3")
        keys = {**S3_KEYS, "endpointurl": server.endpoint}
        lines = [f"url = s3://bucket/{work.parent.name}", *(f"{key} = {keys[key]}" for key in keys)]
    elif request.param == "ssh":
        host: SshServer = request.getfixturevalue("ssh")
        monkeypatch.setenv("PATH", f"{host.client}:{os.environ['PATH']}")
        lines = [f"url = ssh://store{work}/store"]
    text = CONFIG + "".join(f"    {line}\n" for line in lines)
    return make_project(work / "repo", {".dvc/config": text})


@pytest.mark.slow
def test_no_moment_to_be_killed_does_harm(repo: Path, work: Path) -> None:
    luck = random.Random(11)
    took = {"push": 2.0, "fetch": 2.0}
    struck = 0
    checked: set[str] = set()
    for round in range(KILLS):
        make_data(repo, round)
        exp_ok(repo, "add", "data")
        for verb in ("push", "fetch"):
            if verb == "fetch":
                shutil.rmtree(repo / ".dvc/cache")
            struck += kill_within(repo, ("data", verb), luck.uniform(0.1, 1.0) * took[verb])
            before = assert_whole(repo, work, checked)
            began = time.monotonic()
            exp_ok(repo, "data", verb)
            took[verb] = max(0.5, time.monotonic() - began)
            assert json.loads(exp_ok(repo, "data", verb, "--json"))["files"] == 0
            assert_clean(repo)
        assert before == assert_whole(repo, work, checked) == 22 * (round + 1)
    assert struck or KILLS < 4
