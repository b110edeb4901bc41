"""Slurm's job states in the queue's words: waits, runs, over by fault or will, lost."""

from __future__ import annotations

from gitexp.queue.engines.engine import Standing, Word
from gitexp.queue.engines.slurm.commands import SeenJob

_PENDING = frozenset(
    {
        *("PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "SPECIAL_EXIT"),
        *("RESV_DEL_HOLD", "POWER_UP_NODE"),
    }
)
_RUNNING = frozenset(
    {"RUNNING", "COMPLETING", "SUSPENDED", "STOPPED", "SIGNALING", "RESIZING", "STAGE_OUT", "EXPEDITING"}
)
# Over through no fault of the experiment. A worker that has ended its entry in order is never judged, so who
# COMPLETED without that found its entry in the hands of another, who has vanished since.
_LOST = frozenset({"NODE_FAIL", "BOOT_FAIL", "LAUNCH_FAILED", "PREEMPTED", "TIMEOUT", "COMPLETED", "REVOKED"})
# Of a batch script that somebody killed with -9, in newer words and in older ones; the latter also of a node
# that could not begin. Neither is a word on the experiment; out of memory is a state of its own.
_KILLED = ("RaisedSignal:9", "JobLaunchFailure")
_NEVER = ("DependencyNeverSatisfied",)
FORGOTTEN = Word(Standing.LOST, "unknown to Slurm")

CANCELLED = Word(Standing.ENDED, "CANCELLED", "before it began")


def word_of(job: SeenJob) -> Word:
    """What a line of squeue says of an entry."""
    if job.state in _PENDING:
        standing = Standing.ENDED if job.reason in _NEVER else Standing.PENDING
    elif job.state in _RUNNING:
        standing = Standing.RUNNING
    elif job.state in _LOST or job.reason.startswith(_KILLED):
        standing = Standing.LOST
    else:
        standing = Standing.ENDED
    return Word(standing, job.state, job.reason, job.node)


def task_of(handle: str) -> str:
    """The task of a job in its array: '4' of '123_4'; '0' of a job alone."""
    return handle.partition("_")[2] or "0"
