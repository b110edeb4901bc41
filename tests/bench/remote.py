"""Push, fetch and pull of many small files and of one large one to a real S3 server, beside dvc.

    python tests/bench/remote.py [FILES] [MIB] [ROUNDS]

Rounds alternate between the tools, each with a fresh prefix in the bucket. What is printed are medians of
wall and CPU seconds (CPU of the client alone), the peak memory of the process, and the ratios.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench.measure import DVC, EXP, QUIET, Argv
from tests.repos import make_project
from tests.servers import S3_KEYS, S3Server, need_s3_server

TOOLS: dict[str, tuple[Argv, Argv]] = {"dvc": (DVC, DVC), "exp": (EXP, (*EXP, "data"))}
STEPS = ("push", "push again", "fetch", "pull", "pull again")


class Cost(NamedTuple):
    wall: float  # seconds
    cpu: float  # seconds
    memory: float  # MiB


def run(argv: Argv, cwd: Path) -> Cost:
    began = time.perf_counter()
    with tempfile.TemporaryFile() as talk:
        process = subprocess.Popen(
            argv, cwd=cwd, env={**os.environ, **QUIET}, stdin=subprocess.DEVNULL, stdout=talk, stderr=talk
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            talk.seek(0)
            raise SystemExit(f"{' '.join(argv)}: {process.returncode}\n{talk.read().decode()[-2000:]}")
    return Cost(time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def make_small(folder: Path, count: int) -> None:
    block = os.urandom(4096)
    for number in range(count):
        file = folder / f"{number // 1000:02d}" / f"{number}.bin"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(number.to_bytes(8, "little") + block[8:])


def make_large(folder: Path, mib: int) -> None:
    folder.mkdir()
    block = os.urandom(1 << 20)
    with (folder / "large.bin").open("wb") as file:
        for number in range(mib):
            file.write(number.to_bytes(8, "little") + block[8:])


def settings(server: S3Server, prefix: str) -> str:
    """The same for both tools: hard links, so that the disk is not what is measured."""
    keys = {"url": f"s3://bucket/{prefix}", "endpointurl": server.endpoint, **S3_KEYS}
    lines = [f"    {key} = {value}" for key, value in keys.items()]
    return "\n".join(
        ["[core]", "    remote = s3", "[cache]", "    type = hardlink", "['remote \"s3\"']", *lines, ""]
    )


def one_round(repo: Path, server: S3Server, tool: str, prefix: str) -> dict[str, Cost]:
    _, data = TOOLS[tool]
    (repo / ".dvc/config").write_text(settings(server, prefix))
    os.sync()
    costs = {step: run((*data, "push"), repo) for step in ("push", "push again")}
    shutil.rmtree(repo / ".dvc/cache")
    costs["fetch"] = run((*data, "fetch"), repo)
    shutil.rmtree(repo / ".dvc/cache")
    shutil.rmtree(repo / "data")
    costs |= {step: run((*data, "pull"), repo) for step in ("pull", "pull again")}
    return costs


def compare(server: S3Server, top: Path, title: str, rounds: int) -> None:
    found: dict[str, list[dict[str, Cost]]] = {tool: [] for tool in TOOLS}
    for number in range(rounds):
        for tool in TOOLS:
            prefix = f"{top.name}-{tool}-{number}"
            found[tool].append(one_round(top / tool, server, tool, prefix))
            print(f"  round {number + 1}, {tool}: load {os.getloadavg()[0]:.1f}", file=sys.stderr, flush=True)
    print(f"{title}, medians of {rounds}\n{'':14}{'wall s':^24}{'CPU s':^22}{'peak MiB':^18}")
    print(f"{'':14}{'dvc':>8}{'exp':>8}{'ratio':>8}{'dvc':>8}{'exp':>7}{'ratio':>7}{'dvc':>9}{'exp':>9}")
    for step in STEPS:
        dvc, exp = (
            [statistics.median(cost[step][field] for cost in found[tool]) for field in range(3)]
            for tool in TOOLS
        )
        print(
            f"  {step:12}{dvc[0]:8.2f}{exp[0]:8.2f}{exp[0] / dvc[0]:8.2f}"
            f"{dvc[1]:8.2f}{exp[1]:7.2f}{exp[1] / dvc[1]:7.2f}{dvc[2]:9.0f}{exp[2]:9.0f}",
            flush=True,
        )


def main() -> None:
    count, mib, rounds = (
        int(sys.argv[place]) if len(sys.argv) > place else usual
        for place, usual in ((1, 5000), (2, 1024), (3, 3))
    )
    room = Path(tempfile.mkdtemp(prefix="bench-remote-"))
    os.environ |= {"HOME": str(room), "DVC_SITE_CACHE_DIR": str(room / "site")}
    try:
        with need_s3_server(room / "s3") as server:
            for name, make, size, title in (
                ("small", make_small, count, f"{count} files of 4 KiB"),
                ("large", make_large, mib, f"one file of {mib} MiB"),
            ):
                top = room / name
                for tool, (argv, _) in TOOLS.items():
                    repo = make_project(top / tool)
                    make(repo / "data", size)
                    (repo / ".dvc/config").write_text(settings(server, "none"))
                    run((*argv, "add", "data"), repo)
                compare(server, top, title, rounds)
                shutil.rmtree(top)
    finally:
        shutil.rmtree(room, ignore_errors=True)


if __name__ == "__main__":
    main()
