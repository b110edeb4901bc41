"""The post of a job at the board: which entries it may take, and where each goes when it has ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gitexp.build.stop import Stop
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.ending import ending_of
from gitexp.experiment.record import RunResult, State, Watcher
from gitexp.git.owner import Owner, is_gone
from gitexp.queue.board import Board
from gitexp.queue.engines.engine import Allocation, Interruption, Ticket
from gitexp.queue.engines.tickets import Tickets
from gitexp.queue.job import Place, QueuedJob
from gitexp.queue.worker import RunJob


@dataclass(frozen=True, slots=True)
class Taken:
    """An entry that is ours now; `again`: it may have been begun before, by a job that is gone."""

    job: QueuedJob
    again: bool

    def by(self, engine: RunJob) -> RunJob:
        """The engine; if need be looking first whether a former life has published the experiment already."""
        if not self.again:
            return engine

        def run(job: QueuedJob, stop: Stop, watcher: Watcher) -> RunResult:
            return engine(replace(job, lost=max(1, job.lost)), stop, watcher)

        return run


class Post:
    """`alone`: the job has one entry. Then it takes that wherever it waits: a job whose entry was taken back
    is cancelled. A job of several goes on, and takes only what still waits for it."""

    def __init__(
        self, board: Board, tickets: Tickets, me: Owner, allocation: Allocation | None, alone: bool
    ) -> None:
        self.me = me
        self._board, self._tickets = board, tickets
        self._allocation, self._alone = allocation, alone
        self._kept: list[tuple[QueuedJob, RunResult]] = []

    def take(self, identity: str) -> Taken | None:
        """The entry, ours now; None when it is not to be had."""
        found = self._board.locate(identity)
        ticket = self._tickets.get(identity)
        if found is None:
            return None
        place, job = found
        if place is Place.RUNNING:
            ours = self._allocation
            same = ours is not None and ticket is not None and ticket.handle == ours.handle
            gone = job.owner is not None and job.owner.is_here and is_gone(job.owner, 0.0)
            mine = self._board.take_over(job, self.me) if same or gone else None
            return Taken(mine, True) if mine else None
        if not self._alone and not self._waits_for_us(place, ticket):
            return None
        mine = self._board.claim_entry(identity, self.me)
        return Taken(mine, ticket is not None) if mine else None

    def _waits_for_us(self, place: Place, ticket: Ticket | None) -> bool:
        """Its ticket may not be there yet: we may begin before whoever submitted us has written it."""
        mine = ticket is None or self._allocation is None or self._allocation.is_ours(ticket)
        return place is Place.SUBMITTED and mine

    def end(self, job: QueuedJob, result: RunResult) -> None:
        """Put an entry where its ending belongs."""
        if self._end(job, result):
            self._tickets.drop(job.id)

    def keep(self, job: QueuedJob, result: RunResult) -> None:
        """Remember an entry that was stopped, until `hand_on`."""
        self._kept.append((job, result))

    def hand_on(self, waiting: Sequence[str]) -> None:
        """Put away what was stopped, and what waits still: with the engine, if that is to run it again."""
        allocation = self._allocation
        why = allocation.interruption() if allocation is not None else None
        if allocation is None or why in (None, Interruption.CANCELLED):
            for job, result in self._kept:
                if self._end(job, result, why):
                    self._tickets.drop(job.id)
            return  # what waits is judged by what the engine says of us when we are gone
        assert why is not None
        # Handed back first: the new job may begin before we have its tickets.
        stopped = {job.id: (job, result) for job, result in self._kept if self._board.hand_back(job)}
        theirs = self._tickets.of(stopped)
        left = self._left(waiting, allocation)
        try:
            given = allocation.again(theirs, list(left.values()), why) if theirs or left else ()
        except ExpError:  # nobody to ask: the queue has them again
            self._back_to_queue([job for job, _ in stopped.values()], list(left))
            return
        self._tickets.put(given)
        for identity in stopped.keys() - {ticket.entry for ticket in given}:
            job, result = stopped[identity]
            if self._end(replace(job, owner=None), result, why, Place.SUBMITTED):
                self._tickets.drop(identity)

    def _left(self, waiting: Sequence[str], allocation: Allocation) -> dict[str, Ticket]:
        """The tickets of those entries that still wait for us."""
        there = {slip.id for _, slip in self._board.slips(Place.SUBMITTED)} if waiting else set()
        tickets = self._tickets.of(identity for identity in waiting if identity in there)
        return {ticket.entry: ticket for ticket in tickets if allocation.is_ours(ticket)}

    def _back_to_queue(self, stopped: Sequence[QueuedJob], left: Sequence[str]) -> None:
        found = [self._board.locate(identity) for identity in left]
        rest = [entry[1] for entry in found if entry is not None and entry[0] is Place.SUBMITTED]
        for job in [*(replace(job, owner=None) for job in stopped), *rest]:
            self._board.move(job, Place.SUBMITTED, Place.QUEUED)
            self._tickets.drop(job.id)

    def _end(
        self,
        job: QueuedJob,
        result: RunResult,
        why: Interruption | None = None,
        source: Place = Place.RUNNING,
    ) -> bool:
        ending = ending_of(result)
        if why is not None:
            ending = replace(ending, message=f"stopped by {why.value}")
        place = Place.SUCCESS if result.state is State.SUCCESS else Place.FAILED
        return self._board.end(job, ending, place, source)
