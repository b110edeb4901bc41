"""How a task stands, in the queue's words: by its state in a scheduler, or by what has become of that."""

from __future__ import annotations

from collections.abc import Mapping

from gitexp.errors import ExpError
from gitexp.queue.engines.dask.batch import Batch
from gitexp.queue.engines.engine import Standing, Word
from gitexp.queue.engines.slurm.commands import Slurm
from gitexp.queue.engines.slurm.words import FORGOTTEN
from gitexp.queue.engines.slurm.words import word_of as word_of_job

_NEVER_HEARD = Word(Standing.LOST, "unknown to Dask", "its workers died, or the scheduler was started anew")
_OVER = Word(Standing.LOST, "left behind", "the scheduler's job is over")
SILENT = Word(Standing.LOST, "silent", "the scheduler's job has died")


def word_of(state: tuple[str, str, Mapping[str, float], str] | None) -> Word:
    """What a scheduler says of a task; None when it does not know it."""
    if state is None:
        return _NEVER_HEARD
    name, worker, wants, error = state
    if name == "processing":
        return Word(Standing.RUNNING, name, where=worker)
    if name in ("waiting", "queued", "no-worker"):
        reason = "no worker has " + ", ".join(f"{key}={amount:g}" for key, amount in wants.items())
        return Word(Standing.PENDING, name, reason if name == "no-worker" and wants else "")
    return Word(Standing.LOST, name, error)


def word_without_scheduler(batch: Batch) -> Word | None:
    """What is true of a batch's entries while its scheduler can't be asked; None when it should answer."""
    if batch.over_file.exists():
        return _OVER
    if batch.scheduler_file.exists():
        return None
    job = next(iter(batch.jobs("scheduler")), "?")
    said = _ask_slurm(job) if batch.system == "slurm" else None
    if said is not None and said.standing is Standing.RUNNING:
        said = None  # it is about to begin
    if said is not None and said.standing in (Standing.LOST, Standing.ENDED):
        begun = batch.scheduler_file.exists() or batch.over_file.exists()  # since we looked
        return word_without_scheduler(batch) if begun else _gone(job, said)
    reason = f": {said.reason}" if said is not None and said.reason else ""
    return Word(Standing.PENDING, "pending", f"the scheduler's job {job} has not begun{reason}")


def _gone(job: str, said: Word) -> Word:
    return Word(Standing.LOST, "left behind", f"the scheduler's job {job} was {said.state}")


def _ask_slurm(job: str) -> Word | None:
    try:
        return next((word_of_job(seen) for seen in Slurm().squeue([job])), FORGOTTEN)
    except ExpError:
        return None
