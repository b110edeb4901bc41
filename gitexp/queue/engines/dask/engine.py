"""Entries of the queue as Dask tasks, one each; how they stand, and taking them back."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from gitexp.atomic import is_there
from gitexp.errors import Exit, ExpError
from gitexp.experiment.jobs.joblog import job_of_entry
from gitexp.project import Project
from gitexp.queue.board import board_folder, open_board
from gitexp.queue.engines.dask import there
from gitexp.queue.engines.dask.batch import Load, find_batch, new_batch, system_of
from gitexp.queue.engines.dask.checks import require_workers
from gitexp.queue.engines.dask.mirror import mirror, unmirror
from gitexp.queue.engines.dask.scheduler import Scheduler, connected
from gitexp.queue.engines.dask.standing import (
    LEFT,
    excuse,
    word_of,
    word_of_silence,
    word_without_scheduler,
    word_without_workers,
)
from gitexp.queue.engines.dask.terms import KEYS, Terms, terms_of_order
from gitexp.queue.engines.engine import Order, Standing, Ticket, Word
from gitexp.queue.engines.registry import engine_part
from gitexp.queue.engines.slurm.stages import stages_of
from gitexp.queue.engines.tickets import Tickets
from gitexp.queue.far.departure import depart, left_at_home
from gitexp.queue.far.homecoming import come_home, drop_parcels
from gitexp.queue.far.parcel import PARCELS, dump_waybill
from gitexp.queue.job import Place, QueuedJob

NAME = "dask"
_WORKER = "gitexp.queue.engines.dask.worker"


class DaskEngine:
    """The scheduler at an address; or a batch system, by name, that is to run one."""

    name = NAME

    def __init__(self, project: Project, address: str) -> None:
        self._project, self._address = project, address
        self._batch = find_batch(board_folder(project.repo), address)
        self._system = None if self._batch else system_of(address)
        self.remarks: list[str] = []  # what people should know of a submission
        self._board = open_board(project.repo)
        self._remote = project.settings.exp_git_remote

    def submit(self, entries: Sequence[QueuedJob], order: Order) -> Iterator[Sequence[Ticket]]:
        """A task for each entry, in their order. Nothing of ours stays."""
        if order.gpus is not None or (order.jobs is not None and self._system is None):
            raise ExpError(
                "Dask's workers decide how many experiments run at once, and on which devices.",
                "`dask worker --nthreads 2 --resources GPU=1`; entries ask with `-o resources=GPU=1`.",
                Exit.USAGE,
            )
        if self._system is not None:
            yield from self._submit_jobs(self._system, entries, order)
            return
        terms = terms_of_order(order.options)
        with self._connected() as scheduler:
            require_workers(scheduler)
            for load, ref in self._loads(entries, terms):
                scheduler.give(load.key, load.waybill, **load.terms)
                yield [Ticket(load.entry, NAME, self._address, load.key, time.time(), note=ref)]

    def _submit_jobs(
        self, system: str, entries: Sequence[QueuedJob], order: Order
    ) -> Iterator[Sequence[Ticket]]:
        """A Dask of our own for these entries: its scheduler is one job, `order.jobs` others have workers."""
        own = {key: order.options[key] for key in order.options.keys() & set(KEYS)}
        theirs = {key: value for key, value in order.options.items() if key not in own}
        terms, jobqueue = terms_of_order(own), engine_part(NAME, "jobqueue")
        workers, scheduler = jobqueue.job_options(system, theirs)
        batch = new_batch(self._board.folder, system)
        jobqueue.check_jobs(system, workers, scheduler, batch)
        loads = list(self._loads(entries, terms))
        batch.write([load for load, _ in loads], jobqueue.scheduler_options(system, workers))
        jobqueue.submit_scheduler(batch, scheduler)
        wanted = order.jobs or 1
        for number in range(wanted):
            try:
                jobqueue.submit_worker(batch, workers)
            except ExpError as refused:
                if number == 0:
                    jobqueue.cancel_jobs(batch)
                    raise
                told = f"{batch.system} took {number} of {wanted} jobs with workers: {refused.message}"
                self.remarks.append(told)
                break
        now, log = time.time(), str(batch.log)
        yield [
            Ticket(load.entry, NAME, batch.address, load.key, now, log=log, note=ref) for load, ref in loads
        ]

    def _loads(self, entries: Sequence[QueuedJob], terms: Terms) -> Iterator[tuple[Load, str]]:
        """What to run, sent on its way, each with the ref of its parcel."""
        stay = left_at_home(self._project)
        if stay:
            more = f" and {len(stay) - 1} more" if len(stay) > 1 else ""
            told = f"{stay[0]}{more} of .worktreeinclude stays here: workers must have their own."
            self.remarks.append(told)
        asked = {job.id: terms.with_stages(stages) for job, stages in stages_of(self._project, entries)}
        for waybill in depart(self._project, entries):
            parcel = waybill.ref.removeprefix(PARCELS).rpartition("-")[2]
            key, words = f"gitexp-{waybill.entry}-{parcel}", asked[waybill.entry].words()
            yield Load(waybill.entry, key, dump_waybill(waybill), words), waybill.ref

    def _connected(self) -> AbstractContextManager[Scheduler]:
        return connected(str(self._batch.scheduler_file) if self._batch else self._address)

    def poll(self, tickets: Sequence[Ticket]) -> Mapping[str, Word]:
        """What the scheduler says of those that have not come home; those that have are taken in first.

        The scheduler is asked before the Git remote: a task that it has forgotten had sent its result.
        """
        words: dict[str, Word] = {}
        trouble: ExpError | None = None
        without = word_without_scheduler(self._batch) if self._batch else None
        try:
            words = self._ask(tickets) if without is None else {one.entry: without for one in tickets}
        except ExpError as error:
            silence = word_of_silence(self._batch) if self._batch else None
            words = {ticket.entry: silence for ticket in tickets} if silence else {}
            trouble = error if silence is None else None
        if self._batch is not None:
            words = excuse(words, self._batch)
        home = self._take_in(tickets)
        if trouble is not None:
            raise trouble
        self._end_if_left_behind(words)
        idle = [
            entry
            for entry, word in words.items()
            if word.standing is not Standing.RUNNING and entry not in home
        ]
        unmirror(self._project.repo, idle)
        return {entry: word for entry, word in words.items() if entry not in home}

    def _ask(self, tickets: Sequence[Ticket]) -> dict[str, Word]:
        """What the scheduler says; what runs is mirrored here."""
        with self._connected() as scheduler:
            states = scheduler.states([ticket.handle for ticket in tickets])
            words = {ticket.entry: word_of(states.get(ticket.handle)) for ticket in tickets}
            if self._batch is not None and not scheduler.workers():
                alone = word_without_workers(self._batch)
                if alone is not None and not scheduler.workers():  # none has come since
                    words = {entry: alone if _waits(word) else word for entry, word in words.items()}
            running = {e: word.where for e, word in words.items() if word.standing is Standing.RUNNING}
            mirror(self._project.repo, self._board, scheduler, running)
        return words

    def _end_if_left_behind(self, words: Mapping[str, Word]) -> None:
        """Jobs of a batch that can do nothing more for its entries wait or run in vain."""
        why = next((word.reason for word in words.values() if word.state == LEFT), None)
        if self._batch is not None and why is not None and not is_there(self._batch.over_file):
            self._batch.end(why)
            engine_part(NAME, "jobqueue").cancel_jobs(self._batch)

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
        if self._batch is not None:
            none_left = self._batch.cancel(ticket.entry for ticket in rest)
            if none_left:
                engine_part(NAME, "jobqueue").cancel_jobs(self._batch)
            if none_left or not is_there(self._batch.scheduler_file):
                return
        with self._connected() as scheduler:
            if told:
                scheduler.on_workers(there.call, _WORKER, "stop", told, True)
            if rest:
                scheduler.forget([ticket.handle for ticket in rest])

    def logs(self, ticket: Ticket) -> Path | None:
        """The run's own log, as far as it is known here: tasks print nothing beside it."""
        log = job_of_entry(self._project.repo, ticket.entry).log
        return log if log.exists() else None


def _waits(word: Word) -> bool:
    return word.standing is Standing.PENDING


def open_engine(project: Project, address: str) -> DaskEngine:
    """Dask. Whether its scheduler answers is seen when it is asked."""
    return DaskEngine(project, address)
