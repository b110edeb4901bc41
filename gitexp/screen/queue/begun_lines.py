"""What `exp queue start` says: who runs the queue now, and how to see it."""

from __future__ import annotations

from gitexp.queue.begin import Begun
from gitexp.screen.talk import visible

_NEXT = "`exp queue status` shows how they get on, `exp queue stop` sends them home."
_THEIRS = "`exp queue status` shows how they get on, `exp queue stop` takes back those that wait."


def begun_lines(begun: Begun) -> list[str]:
    """What has begun."""
    if begun.workers:
        plural = "s" if begun.workers > 1 else ""
        return [f"Started {begun.workers} worker{plural} in the background."]
    where = visible(str(begun.target))
    if not begun.tickets:
        return [f"Nothing waits in the queue for {where}."]
    count = len(begun.tickets)
    jobs = begun.jobs
    packed = f" in {jobs} job{'s' if jobs > 1 else ''}" if jobs < count else ""
    return [f"Submitted {count} experiment{'s' if count > 1 else ''} to {where}{packed}."]


def begun_hint(begun: Begun) -> str | None:
    """How to go on from there."""
    if begun.workers:
        return _NEXT
    return _THEIRS if begun.tickets else None


def left_lines(begun: Begun) -> list[str]:
    """What was refused, and what became of the rest; before that, what there is to know."""
    remarks = [f"note: {visible(remark)}" for remark in begun.remarks]
    if begun.error is None:
        return remarks
    stays = "1 experiment stays" if begun.left == 1 else f"{begun.left} experiments stay"
    lines = [*remarks, f"exp: {visible(begun.error.message)}", f"{stays} in the queue."]
    return lines if begun.error.hint is None else [*lines, f"hint: {visible(begun.error.hint)}"]
