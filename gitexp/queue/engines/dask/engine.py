"""Entries of the queue as Dask tasks, one each; how they stand, and taking them back."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from gitexp.errors import Exit, ExpError
from gitexp.experiment.jobs.joblog import job_of_entry
from gitexp.project import Project
from gitexp.queue.board import open_board
from gitexp.queue.engines.dask import there
from gitexp.queue.engines.dask.checks import require_workers
from gitexp.queue.engines.dask.mirror import mirror, unmirror
from gitexp.queue.engines.dask.scheduler import Scheduler, connected
from gitexp.queue.engines.dask.terms import Terms, terms_of_order
from gitexp.queue.engines.engine import Order, Standing, Ticket, Word
from gitexp.queue.engines.slurm.stages import stages_of
from gitexp.queue.engines.tickets import Tickets
from gitexp.queue.far.departure import depart
from gitexp.queue.far.homecoming import come_home, drop_parcels
from gitexp.queue.far.parcel import PARCELS, Waybill, dump_waybill
from gitexp.queue.job import Place, QueuedJob

NAME = "dask"
_WORKER = "gitexp.queue.engines.dask.worker"
_NEVER_HEARD = Word(Standing.LOST, "unknown to Dask", "its workers died, or the scheduler was started anew")


class DaskEngine:
    """The scheduler at an address."""

    name = NAME

    def __init__(self, project: Project, address: str) -> None:
        self._project, self._address = project, address
        self._board = open_board(project.repo)
        self._remote = project.settings.exp_git_remote

    def submit(self, entries: Sequence[QueuedJob], order: Order) -> Iterator[Ticket]:
        """A task for each entry, in their order. Nothing of ours stays."""
        if order.jobs is not None or order.gpus is not None:
            raise ExpError(
                "Dask's workers decide how many experiments run at once, and on which devices.",
                "`dask worker --nthreads 2 --resources GPU=1`; entries ask with `-o resources=GPU=1`.",
                Exit.USAGE,
            )
        terms = terms_of_order(order.options)
        with connected(self._address) as scheduler:
            require_workers(scheduler)
            asked = {job.id: terms.with_stages(stages) for job, stages in stages_of(self._project, entries)}
            waybills = depart(self._project, entries)
            yield from self._give(scheduler, waybills, asked)

    def _give(
        self, scheduler: Scheduler, waybills: Sequence[Waybill], asked: Mapping[str, Terms]
    ) -> Iterator[Ticket]:
        for waybill in waybills:
            parcel = waybill.ref.removeprefix(PARCELS).rpartition("-")[2]
            key = f"gitexp-{waybill.entry}-{parcel}"
            scheduler.give(key, dump_waybill(waybill), **asked[waybill.entry].words())
            yield Ticket(waybill.entry, NAME, self._address, key, time.time(), note=waybill.ref)

    def poll(self, tickets: Sequence[Ticket]) -> Mapping[str, Word]:
        """What the scheduler says of those that have not come home; those that have are taken in first.

        The scheduler is asked before the Git remote: a task that it has forgotten had sent its result.
        """
        words: dict[str, Word] = {}
        trouble: ExpError | None = None
        try:
            with connected(self._address) as scheduler:
                states = scheduler.states([ticket.handle for ticket in tickets])
                words = {ticket.entry: _word(states.get(ticket.handle)) for ticket in tickets}
                running = {
                    entry: word.where for entry, word in words.items() if word.standing is Standing.RUNNING
                }
                mirror(self._project.repo, self._board, scheduler, running)
        except ExpError as error:
            trouble = error
        home = self._take_in(tickets)
        if trouble is not None:
            raise trouble
        idle = [
            entry
            for entry, word in words.items()
            if word.standing is not Standing.RUNNING and entry not in home
        ]
        unmirror(self._project.repo, idle)
        return {entry: word for entry, word in words.items() if entry not in home}

    def _take_in(self, tickets: Sequence[Ticket]) -> set[str]:
        held = Tickets(self._board.folder)
        home = come_home(self._project.repo, self._remote, {ticket.entry for ticket in tickets})
        for entry in home:
            held.drop(entry)
        self._drop_parcels(held)
        return home

    def _drop_parcels(self, held: Tickets) -> None:
        left = {ticket.note for ticket in held.of(held.entries()) if ticket.engine == NAME}
        drop_parcels(self._project.repo, self._remote, left)

    def cancel(self, tickets: Sequence[Ticket]) -> None:
        """Drop what has not begun. What runs stops, and is kept as interrupted if its entry runs, too."""
        standing = {job.id for _, job in self._board.entries(Place.RUNNING)}
        told = [ticket.entry for ticket in tickets if ticket.entry in standing]
        rest = [ticket for ticket in tickets if ticket.entry not in standing]
        with connected(self._address) as scheduler:
            if told:
                scheduler.on_workers(there.call, _WORKER, "stop", told, True)
            if rest:
                scheduler.forget([ticket.handle for ticket in rest])

    def logs(self, ticket: Ticket) -> Path | None:
        """The run's own log, as far as it is known here: tasks print nothing beside it."""
        log = job_of_entry(self._project.repo, ticket.entry).log
        return log if log.exists() else None


def _word(state: tuple[str, str, Mapping[str, float], str] | None) -> Word:
    if state is None:
        return _NEVER_HEARD
    name, worker, wants, error = state
    if name == "processing":
        return Word(Standing.RUNNING, name, where=worker)
    if name in ("waiting", "queued", "no-worker"):
        reason = "no worker has " + ", ".join(f"{key}={amount:g}" for key, amount in wants.items())
        return Word(Standing.PENDING, name, reason if name == "no-worker" and wants else "")
    return Word(Standing.LOST, name, error)


def open_engine(project: Project, address: str) -> DaskEngine:
    """Dask. Whether its scheduler answers is seen when it is asked."""
    return DaskEngine(project, address)
