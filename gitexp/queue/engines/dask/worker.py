"""What a Dask worker does with one entry; and what its process answers when it is asked about runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from distributed import get_worker
from distributed.worker import thread_state

from gitexp.build.warden import engage
from gitexp.errors import ExpError
from gitexp.experiment.json_record import dump_record
from gitexp.project.settings import available_cpus
from gitexp.queue.engines.dask.devices import devices_for
from gitexp.queue.engines.dask.locks import locks_of
from gitexp.queue.far.parcel import parse_waybill
from gitexp.queue.far.runs import FarRun, find_run, progress_of
from gitexp.queue.far.task import run_waybill

_LOOK = 0.5  # seconds between looks whether Dask still wants the task
_WANTED = ("executing", "ready", "long-running")
_AT_WORK = ("running", "paused")


def run_task(text: str) -> tuple[str, str, str]:
    """Run the entry of a waybill: outcome, state, and why it failed. Another worker may do it again.

    What is wrong with the entry comes home as its ending; what is wrong with this place is raised, so that
    Dask tries it again elsewhere.
    """
    run, worker, key = FarRun(), get_worker(), str(thread_state.key)
    locks = locks_of(worker)
    engage()
    try:
        with _wanted(worker, key, run), devices_for(_devices_asked(worker, key)) as gpus:
            result = run_waybill(parse_waybill(text), run, jobs=_share_of_cpus(), gpus=gpus, locks=locks)
    except ExpError as error:
        words = error.message if error.hint is None else f"{error.message} ({error.hint})"
        raise RuntimeError(words) from None  # of a kind that every client can read
    return result.outcome.value, result.state, result.why


@contextmanager
def _wanted(worker: Any, key: str, run: FarRun) -> Iterator[None]:
    """While the block runs: when Dask takes the task away, or the worker closes, the run is abandoned."""
    over = threading.Event()

    def look() -> None:
        while not over.wait(_LOOK):
            task = worker.state.tasks.get(key)
            if task is None or task.state not in _WANTED or worker.status.name not in _AT_WORK:
                run.abandon()
                return

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _devices_asked(worker: Any, key: str) -> int:
    """How many of the resource GPU Dask has given to the task."""
    task = worker.state.tasks.get(key)
    return int((task.resource_restrictions or {}).get("GPU", 0)) if task is not None else 0


def _share_of_cpus() -> int:
    """How many stage commands an entry may run at once: its worker's threads share the processors."""
    threads = int(get_worker().state.nthreads)
    return max(1, available_cpus() // max(1, threads))


def progress(asked: Sequence[tuple[str, int]]) -> list[tuple[str, bytes, int, bytes, list[Any]]]:
    """How runs of this process get on: for each (entry, bytes of its log known) that it is at.

    Entry, note as JSON, offset, log from there on, metrics files.
    """
    found = []
    for entry, known in asked:
        now = progress_of(entry, known)
        if now is not None:
            found.append((entry, dump_record(now.note), now.offset, now.log, list(now.metrics)))
    return found


def stop(entries: Sequence[str], told: bool) -> list[str]:
    """Stop runs of this process; with `told` they are kept as interrupted. Those that it was at."""
    stopped = []
    for entry in entries:
        run = find_run(entry)
        if run is not None:
            run.kill() if told else run.abandon()
            stopped.append(entry)
    return stopped
