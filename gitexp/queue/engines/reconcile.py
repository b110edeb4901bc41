"""Join what the board says with what the engines say, and put right where they differ.

The board is read first, the engines are asked then, and what is done goes by renames that name the owner seen
before: an entry that has moved on meanwhile is left alone. So any number of processes may do this at once. An
engine that can't be asked judges nobody: its entries stay as they are until it answers.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import field
from enum import Enum

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.ending import Ending
from gitexp.project import Project
from gitexp.queue.board import Board, open_board
from gitexp.queue.engines.engine import Standing, Ticket, Word
from gitexp.queue.engines.registry import Target, open_engine
from gitexp.queue.engines.tickets import Tickets
from gitexp.queue.job import Place, QueuedJob

_SETTLED = 60.0  # seconds after which an entry that was submitted without a ticket was not: killed in between


class Verdict(Enum):
    """What is to be done with an entry that an engine has."""

    STANDS = "stands"
    WAITS = "waits"  # the engine starts its job once more
    PUT_BACK = "put back"  # into the queue: its job was lost
    PASSED_OVER = "passed over"  # into the queue, uncounted: its job ended before it began with this one
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Joined:
    """What engines say of the entries they have, by id; `silent`: engines that can't be asked, and why."""

    tickets: Mapping[str, Ticket] = field(default_factory=dict)
    words: Mapping[str, Word] = field(default_factory=dict)
    silent: Mapping[str, str] = field(default_factory=dict)
    put_back: tuple[QueuedJob, ...] = ()
    failed: tuple[QueuedJob, ...] = ()


def reconcile(project: Project) -> Joined:
    """Ask every engine that has entries, and put right what differs. Asks nobody when none has any."""
    board = open_board(project.repo)
    tickets = Tickets(board.folder)
    known = tickets.entries()
    _take_back_unsubmitted(board, known)
    tickets.sweep()
    if not known:
        return Joined()
    theirs = {slip.id: (place, slip) for place, slip in board.slips(Place.SUBMITTED, Place.RUNNING)}
    _sweep(board, tickets, known - theirs.keys())
    held = {ticket.entry: ticket for ticket in tickets.of(known & theirs.keys())}
    words, silent = _ask(project, held.values())
    back, failed = [], []
    for identity, word in words.items():
        place, slip = theirs[identity]
        if not _is_news(place, word):
            continue
        job = board.read(place, slip)
        if job is None:
            continue  # it has moved on
        done = judge(place, word, job)
        if done is Verdict.STANDS or tickets.get(identity) != held[identity]:
            continue  # what was said was said of a job that is history
        if done is Verdict.WAITS:
            board.hand_back(job)
        elif done is Verdict.PUT_BACK and (waiting := board.put_back(job, place)):
            tickets.drop(identity)
            back.append(waiting)
        elif done is Verdict.PASSED_OVER and board.move(job, place, Place.QUEUED):
            tickets.drop(identity)
            back.append(job)
        elif done is Verdict.FAILED and board.end(job, _ending(held[identity], word), Place.FAILED, place):
            tickets.drop(identity)
            failed.append(job)
    return Joined(held, words, silent, tuple(back), tuple(failed))


def _is_news(place: Place, word: Word) -> bool:
    """Whether an entry need be looked at at all: of ten thousand that wait as they did, none is."""
    return word.standing not in (Standing.PENDING if place is Place.SUBMITTED else None, Standing.RUNNING)


def judge(place: Place, word: Word, job: QueuedJob) -> Verdict:
    """What an entry in `place` (submitted or running) comes to, by the word of its engine."""
    if word.standing is Standing.PENDING:
        return Verdict.WAITS if place is Place.RUNNING else Verdict.STANDS
    if word.standing is Standing.RUNNING:
        return Verdict.STANDS
    if place is Place.SUBMITTED and word.others:
        return Verdict.PASSED_OVER
    if word.standing is Standing.LOST and job.lost < job.retries:
        return Verdict.PUT_BACK
    return Verdict.FAILED


def _ask(project: Project, tickets: Iterable[Ticket]) -> tuple[dict[str, Word], dict[str, str]]:
    by_target: dict[Target, list[Ticket]] = {}
    for ticket in tickets:
        by_target.setdefault(Target(ticket.engine, ticket.address), []).append(ticket)
    words: dict[str, Word] = {}
    silent = {}
    for target, asked in by_target.items():
        try:
            words.update(open_engine(project, target).poll(asked))
        except ExpError as error:
            silent[str(target)] = error.message
    return words, silent


def _ending(ticket: Ticket, word: Word) -> Ending:
    job = f"its {ticket.engine} job {ticket.handle}"
    state = "lost too often" if word.standing is Standing.LOST else word.state or "over"
    reason = f" ({word.reason})" if word.reason else ""
    log = f"; it wrote {ticket.log}" if ticket.log and os.path.exists(ticket.log) else ""
    return Ending("failed", message=f"{job} was {state}{reason}{log}", at=time.time())


def _take_back_unsubmitted(board: Board, known: set[str]) -> None:
    """Entries whose submission was killed before its ticket was written wait in the queue again.

    Should the engine have got them all the same: a job claims its entry wherever it waits.
    """
    for _, slip in board.slips(Place.SUBMITTED):
        job = board.read(Place.SUBMITTED, slip) if slip.id not in known else None
        since = board.last_change(job, Place.SUBMITTED) if job is not None else None
        if job is not None and since is not None and time.time() - since > _SETTLED:
            board.move(job, Place.SUBMITTED, Place.QUEUED)


def _sweep(board: Board, tickets: Tickets, ended: set[str]) -> None:
    """Tickets of entries that have left the board's waiting and running places."""
    for identity in ended:
        found = board.locate(identity)
        if found is None or found[0] in (Place.SUCCESS, Place.FAILED):
            tickets.drop(identity)
