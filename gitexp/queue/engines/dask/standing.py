"""How a task stands, in the queue's words: by its state in a scheduler, or by what has become of that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gitexp.atomic import is_there
from gitexp.queue.engines.dask.asking import OVER, ask
from gitexp.queue.engines.dask.batch import Batch
from gitexp.queue.engines.engine import Standing, Word

_NEVER_HEARD = Word(Standing.LOST, "unknown to Dask", "its workers died, or the scheduler was started anew")
LEFT = "left behind"  # by a batch that will do no more
SILENT = Word(Standing.LOST, "silent", "the scheduler's job has died")


def word_of(state: tuple[str, str, Mapping[str, float], str] | None) -> Word:
    """What a scheduler says of a task; None when it does not know it."""
    if state is None:
        return _NEVER_HEARD
    name, worker, wants, error = state
    if name == "processing":
        return Word(Standing.RUNNING, name, where=worker)
    if name == "assigned":
        return Word(Standing.PENDING, name, "its worker is at another", worker)
    if name in ("waiting", "queued", "no-worker"):
        reason = "no worker has " + ", ".join(f"{key}={amount:g}" for key, amount in wants.items())
        return Word(Standing.PENDING, name, reason if name == "no-worker" and wants else "")
    return Word(Standing.LOST, name, error)


def word_without_scheduler(batch: Batch) -> Word | None:
    """What is true of a batch's entries while its scheduler can't be asked; None when it should answer."""
    if is_there(batch.over_file):
        return Word(Standing.LOST, LEFT, batch.why_over() or "the scheduler's job is over")
    if is_there(batch.scheduler_file):
        return None
    job = _scheduler_of(batch)
    said = ask(batch, job)
    if said is not None and said.standing is Standing.RUNNING:
        said = None  # it is about to begin
    if said is not None and said.standing in OVER:
        begun = is_there(batch.scheduler_file) or is_there(batch.over_file)  # since we looked
        return word_without_scheduler(batch) if begun else _gone(job, said)
    reason = f": {said.reason}" if said is not None and said.reason else ""
    return Word(Standing.PENDING, "pending", f"the scheduler's job {job} has not begun{reason}")


def word_of_silence(batch: Batch) -> Word | None:
    """What is true when a scheduler that has begun does not answer; None when it may yet."""
    job = _scheduler_of(batch)
    said = ask(batch, job)
    if said is not None and said.standing in OVER:
        return _gone(job, said)
    return SILENT if batch.is_silent() else None


def word_without_workers(batch: Batch) -> Word | None:
    """What is true of tasks that wait while there is no worker at all; None when that can't be learned."""
    jobs = batch.jobs("worker")
    for job in jobs:
        said = ask(batch, job)
        if said is None:
            return None
        if said.standing not in OVER:
            begun = "begins" if said.standing is Standing.RUNNING else "has not begun"
            reason = f": {said.reason}" if said.reason else ""
            return Word(Standing.PENDING, "pending", f"the workers' job {job} {begun}{reason}")
    if not jobs:
        return None
    return Word(Standing.LOST, LEFT, f"no worker is left: {_of(jobs)} over")


def excuse(words: Mapping[str, Word], batch: Batch) -> dict[str, Word]:
    """The words of entries, by entry: those that no worker has begun are not to blame for the batch's end."""
    lost = {entry for entry, word in words.items() if word.standing is Standing.LOST}
    excused = lost - batch.begun() if lost else lost
    return {**words, **{entry: replace(words[entry], others=True) for entry in excused}}


def _of(jobs: Sequence[str]) -> str:
    return f"job {jobs[0]} is" if len(jobs) == 1 else f"all {len(jobs)} jobs of them are"


def _scheduler_of(batch: Batch) -> str:
    return next(iter(batch.jobs("scheduler")), "?")


def _gone(job: str, said: Word) -> Word:
    return Word(Standing.LOST, LEFT, f"the scheduler's job {job} is gone ({said.state})")
