"""The queue for people and for programs: one line an entry, then who is at work."""

from __future__ import annotations

import time
from collections.abc import Sequence

from gitexp.queue.control import QueueState
from gitexp.queue.engines.engine import Standing, Ticket
from gitexp.queue.engines.reconcile import Joined
from gitexp.queue.job import Place, QueuedJob
from gitexp.screen.panels import PLAIN, Sheet
from gitexp.screen.talk import visible
from gitexp.screen.terminal import BOLD, CYAN, GREEN, RED, YELLOW
from gitexp.screen.text_table import align

MOST_NAMES = 20  # of a long sweep
_WORDS = {
    Place.QUEUED: "Queued",
    Place.HELD: "Held",
    Place.SUBMITTED: "Submitted",
    Place.RUNNING: "Running",
    Place.SUCCESS: "Success",
    Place.FAILED: "Failed",
}
_STYLES = {Place.RUNNING: CYAN, Place.SUCCESS: GREEN, Place.FAILED: RED, Place.HELD: YELLOW}


def queue_lines(state: QueueState, now: float, sheet: Sheet = PLAIN) -> list[str]:
    """The table of `exp queue status`: DVC's columns, then how long, and what went wrong."""
    if not state.entries:
        lines = ["No experiment tasks in the queue."]
    else:
        rows = [["Task", "Name", "Created", "Status", "Time", "Why"]]
        rows += [_row(place, job, now, state.joined) for place, job in state.entries]
        empty = {i for i in (4, 5) if all(not row[i] for row in rows[1:])}
        rows = [[text for i, text in enumerate(row) if i not in empty] for row in rows]
        styles = {(0, i): BOLD for i in range(len(rows[0]))}
        styles |= {(i, 3): _STYLES.get(place, "") for i, (place, _) in enumerate(state.entries, 1)}
        lines = align(rows, styles=styles, colour=sheet.colour)
    idle = len(state.workers) - state.busy
    return [*lines, "", f"Worker status: {state.busy} active, {idle} idle", *engine_lines(state)]


def engine_lines(state: QueueState) -> list[str]:
    """What engines have, what they lost, and who of them does not answer."""
    joined = state.joined
    lines = []
    if joined.put_back:
        lines.append(f"Lost by their engine and put back into the queue: {names(joined.put_back)}")
    elsewhere = {_target(joined.tickets[job.id]) for job in joined.put_back if job.id in joined.tickets}
    lines += [f"Next: exp queue start --on {visible(target)}" for target in sorted(elsewhere)]
    for target, problem in joined.silent.items():
        lines.append(f"{visible(target)} can't be asked, its jobs are shown as last seen: {visible(problem)}")
    return lines


def queued_lines(jobs: Sequence[QueuedJob]) -> list[str]:
    """What `exp run --queue` says: DVC's line for each."""
    lines = [f"Queued experiment '{visible(job.name)}' for future execution." for job in jobs[:MOST_NAMES]]
    if len(jobs) > MOST_NAMES:
        lines.append(f"… and {len(jobs) - MOST_NAMES} more.")
    return lines


QUEUED_NEXT = ("exp queue start -j 2     in the background", "exp run --run-all -j 2  here")


def names(jobs: Sequence[QueuedJob]) -> str:
    return ", ".join(visible(job.name) for job in jobs)


def _row(place: Place, job: QueuedJob, now: float, joined: Joined) -> list[str]:
    return [
        short_id(job),
        visible(job.name),
        _created(job.created, now),
        _WORDS[place],
        f"{job.ending.seconds:.1f} s" if job.ending else "",
        visible(_theirs(place, job, joined) or _why(place, job)),
    ]


def short_id(job: QueuedJob) -> str:
    """Enough of the id to tell it from the others on a screen; commands take the name or the whole id."""
    group, _, number = job.id.rpartition("-")
    return f"{group[-4:]}-{number}"


def _created(at: float, now: float) -> str:
    """As DVC writes it: the time of a day for today, else the date."""
    moment, today = time.localtime(at), time.localtime(now)
    same_day = (moment.tm_year, moment.tm_yday) == (today.tm_year, today.tm_yday)
    return time.strftime("%I:%M %p" if same_day else "%b %d, %Y", moment)


def _theirs(place: Place, job: QueuedJob, joined: Joined) -> str:
    """'slurm 12_3 running on n1', 'slurm 12_4 pending: Priority'; empty when no engine has it.

    Of one that waits in a job that runs others: 'its turn comes in slurm 12_3 on n1'.
    """
    ticket, word = joined.tickets.get(job.id), joined.words.get(job.id)
    if ticket is None or place not in (Place.SUBMITTED, Place.RUNNING):
        return ""
    if word and word.others and place is Place.SUBMITTED and word.standing is Standing.RUNNING:
        return f"its turn comes in {ticket.engine} {ticket.handle} on {word.where}"
    said = f"{word.state.lower() or word.standing.value}" if word else "not heard of"
    where = f" on {word.where}" if word and word.where else ""
    reason = f": {word.reason}" if word and word.reason else ""
    return f"{ticket.engine} {ticket.handle} {said}{where}{reason}"


def _target(ticket: Ticket) -> str:
    """What `--on` takes, of a ticket; of a batch of jobs the system alone."""
    address = ticket.address.partition("/")[0] or ticket.address
    return f"{ticket.engine}={address}" if ticket.address else ticket.engine


def _why(place: Place, job: QueuedJob) -> str:
    if place is Place.QUEUED and job.lost:
        times = "" if job.lost == 1 else f" {job.lost} times"
        return f"its worker or job was lost{times}: `exp queue start` runs it again"
    if place is Place.RUNNING:
        return f"on {job.owner}" if job.owner else ""
    if job.ending is None or place is Place.SUCCESS:
        return ""
    stage = f"{job.ending.stage}: " if job.ending.stage else ""
    return f"{stage}{job.ending.message or job.ending.state}"
