"""Shared by the benchmarks: time a command of both tools side by side and print the ratio.

Run one by hand, in an environment that has gitexp, with DVC_BIN or dvc on PATH:

    python tests/bench/startup.py
    python tests/bench/one_experiment.py
    python tests/bench/listing.py

Absolute times drift from machine to machine; the ratio, measured in one go, is what counts.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

Argv = Sequence[str]

EXP = (str(Path(sys.executable).with_name("exp")),)
DVC = (os.environ.get("DVC_BIN") or shutil.which("dvc") or "dvc",)
QUIET = {"DVC_NO_ANALYTICS": "1", "GIT_CONFIG_NOSYSTEM": "1", "COLUMNS": "120"}


def seconds(argv: Argv, cwd: Path, repeat: int, before: Callable[[], object] = lambda: None) -> float:
    """The median wall time of `argv`, after one unmeasured run; `before` runs before each, unmeasured."""
    times = []
    for _ in range(repeat + 1):
        before()
        began = time.perf_counter()
        done = subprocess.run(argv, cwd=cwd, env={**os.environ, **QUIET}, capture_output=True, check=False)
        times.append(time.perf_counter() - began)
        if done.returncode:
            raise SystemExit(f"{' '.join(argv)}: {done.returncode}\n{done.stderr.decode()}")
    return statistics.median(times[1:])


def header(title: str) -> None:
    print(f"{title}\n{'':34}{'dvc':>9}{'exp':>9}   exp takes")


def row(what: str, dvc: float, exp: float) -> None:
    print(f"  {what:32}{dvc:8.3f}s{exp:8.3f}s   1/{dvc / exp:.1f} of it")
