"""A real Dask scheduler and workers on loopback, each worker a machine of its own: HOME, folders, caches."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

SOON = 120.0  # seconds for something to come up, on a machine that is busy with other things
MISSING = None if find_spec("distributed") else "needs distributed: pip install 'gitexp[dask]'"


@dataclass
class DaskWorker:
    name: str
    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def work(self) -> Path:
        return self.folder / "work"

    def kill(self) -> None:
        """SIGKILL: the process has no say. Its stage commands live on, as on a machine cut off."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@dataclass
class DaskCluster:
    """`address` is for `--on dask=…`."""

    folder: Path
    env: Mapping[str, str]
    address: str = ""
    scheduler: subprocess.Popen[bytes] | None = None
    workers: list[DaskWorker] = field(default_factory=list)
    started: int = 0  # workers, ever

    def start(self) -> None:
        place = self.folder / "scheduler.json"
        place.unlink(missing_ok=True)
        words = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show"]
        self.scheduler = _start(self.folder / "scheduler", [*words, "--scheduler-file", str(place)], self.env)
        _wait(place.exists, self.scheduler, "dask scheduler")
        self.address = json.loads(place.read_text())["address"]

    def add_worker(self, name: str, *options: str, threads: int = 1) -> DaskWorker:
        """A worker that shares nothing with anybody; ready when this returns."""
        self.started += 1
        folder = self.folder / f"{self.started}-{name}"
        home = folder / "home"
        home.mkdir(parents=True)
        env = {**self.env, "HOME": str(home), "GITEXP_WORK": str(folder / "work")}
        for known in ("XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL", "DVC_GLOBAL_CONFIG_DIR"):
            env.pop(known, None)
        words = [
            "worker",
            self.address,
            "--no-nanny",
            "--no-dashboard",
            "--name",
            name,
            "--host",
            "127.0.0.1",
        ]
        words += ["--nthreads", str(threads), "--local-directory", str(folder / "dask"), *options]
        process = _start(folder, words, env)
        log = folder / "log"
        _wait(lambda: b"Registered to" in log.read_bytes(), process, f"dask worker {name}")
        worker = DaskWorker(name, folder, process)
        self.workers.append(worker)
        return worker

    def stop(self) -> None:
        for process in [*(worker.process for worker in self.workers), self.scheduler]:
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()


@contextlib.contextmanager
def dask_cluster(folder: Path, env: Mapping[str, str] | None = None) -> Iterator[DaskCluster]:
    """A scheduler without workers; all of it is killed in the end."""
    folder.mkdir(parents=True, exist_ok=True)
    cluster = DaskCluster(folder, {**os.environ, **(env or {})})
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


def _start(folder: Path, words: list[str], env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *words],
            cwd=folder,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _wait(is_up: Callable[[], bool], process: subprocess.Popen[bytes], what: str) -> None:
    until = time.monotonic() + SOON
    while not is_up():
        if process.poll() is not None or time.monotonic() > until:
            raise TimeoutError(f"{what} did not come up")
        time.sleep(0.05)
