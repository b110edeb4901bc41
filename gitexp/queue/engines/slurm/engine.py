"""Entries of the queue as job arrays: one sbatch call for each thousand, whatever their number."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from gitexp.atomic import ask_server
from gitexp.build.needs import needs_of
from gitexp.errors import Exit, ExpError
from gitexp.git.repo import read_config
from gitexp.project import Project
from gitexp.queue.board import board_folder
from gitexp.queue.engines.engine import Order, Standing, Ticket, Word
from gitexp.queue.engines.slurm.by_stage import Group, Piece, groups_of, pieces_of
from gitexp.queue.engines.slurm.commands import GLANCE, Slurm
from gitexp.queue.engines.slurm.packing import packing_of
from gitexp.queue.engines.slurm.script import (
    Batch,
    has_begun,
    note_array,
    read_lines,
    stage_jobs,
    sweep_batches,
    write_batch,
)
from gitexp.queue.engines.slurm.stages import stages_of
from gitexp.queue.engines.slurm.terms import Terms, terms_of_config, terms_of_order, terms_of_stages
from gitexp.queue.engines.slurm.words import CANCELLED, FORGOTTEN, task_of, word_of
from gitexp.queue.engines.tickets import Tickets
from gitexp.queue.job import QueuedJob

NAME = "slurm"


class SlurmEngine:
    """The Slurm that this machine's commands speak to; `address` names another cluster that they know."""

    name = NAME

    def __init__(self, project: Project, address: str) -> None:
        self._project, self._address = project, address
        self._slurm = Slurm(address)
        self._config = read_config(project.repo, "exp.slurm")

    def submit(self, entries: Sequence[QueuedJob], order: Order) -> Iterator[Sequence[Ticket]]:
        """One array for each thousand jobs that ask for the same; a job has as many entries as were wanted.

        More arrays than one with a limit run one after another: each has the limit to itself.
        """
        ordered, config = terms_of_order(order.options), terms_of_config(self._config)
        limit, packing = self._limit(order), packing_of(order.options, self._config)
        sweep_batches(self._project)
        if order.options.get("by-stage"):
            yield from self._submit_by_stage(entries, ordered, config, limit)
            return
        alike: dict[tuple[Terms, int], list[QueuedJob]] = {}
        for job, stages in stages_of(self._project, entries):
            slots = max((needs_of(stage).slots for stage in stages), default=1) if packing.at_once > 1 else 1
            alike.setdefault((terms_of_stages(stages), slots), []).append(job)
        size, before = self._slurm.largest_array(), ""
        for (wanted, slots), jobs in alike.items():
            packed = packing.of(len(jobs))
            terms = packed.with_processors(ordered.over(packed.terms(wanted)).over(config), slots)
            lines = packed.lines([job.id for job in jobs])
            for start in range(0, len(lines), size):
                some = lines[start : start + size]
                batch = write_batch(self._project, some, terms, self._config, at_once=packed.at_once)
                after = (f"--dependency=afterany:{before}",) if limit and before else ()
                array = f"--array=0-{len(some) - 1}" + (f"%{limit}" if limit else "")
                before = self._slurm.sbatch(batch.script, array, *after)
                yield self._tickets(before, batch)

    def _submit_by_stage(
        self, entries: Sequence[QueuedJob], ordered: Terms, config: Terms, limit: int | None
    ) -> Iterator[Sequence[Ticket]]:
        def terms_of(piece: Piece) -> Terms:
            return ordered.over(terms_of_stages(piece.stages)).over(config)

        placed: dict[str, tuple[str, int]] = {}
        stages: list[Batch] = []
        size = self._slurm.largest_array()
        for layer in pieces_of(self._project, entries):
            for group in groups_of(layer, placed, terms_of, size):
                batch = self._write_group(group, terms_of(group.pieces[0]))
                tasks = ",".join(str(index) for index in group.indices)
                options = [f"--array={tasks}" + (f"%{limit}" if limit else "")]
                if group.dependency():
                    # Without the second a job whose dependency failed would wait for ever.
                    options += [f"--dependency={group.dependency()}", "--kill-on-invalid-dep=yes"]
                array = self._slurm.sbatch(batch.script, *options)
                note_array(batch, array, stages)
                placed.update(
                    (piece.key, (array, index))
                    for piece, index in zip(group.pieces, group.indices, strict=True)
                )
                if group.pieces[0].target:
                    stages.append(batch)
                else:
                    yield self._tickets(array, batch)

    def _write_group(self, group: Group, terms: Terms) -> Batch:
        lines = [""] * (max(group.indices) + 1)
        parts: dict[int, tuple[str, ...]] = {}
        for piece, index in zip(group.pieces, group.indices, strict=True):
            lines[index] = f"{piece.entry.id}\t{piece.target}" if piece.target else piece.entry.id
            if piece.target:
                parts[index] = piece.needing
        return write_batch(self._project, lines, terms, self._config, parts or None)

    def poll(self, tickets: Sequence[Ticket]) -> Mapping[str, Word]:
        """One squeue for all arrays; what Slurm has forgotten, or never heard of, is lost."""
        arrays = sorted({_array(ticket.handle) for ticket in tickets})
        written = self._config.get("exp.slurm.patience", "")
        glance = replace(self._slurm, patience=float(written) if written.isdigit() else GLANCE)
        seen = {job.id: word_of(job) for job in glance.squeue(arrays)}
        alive = {_array(handle) for handle in seen}
        begun = [ticket for ticket in tickets if not _waits(seen.get(ticket.handle))]
        for note in {ticket.note for ticket in begun if ticket.note}:
            ask_server(Path(note))  # where their jobs write, on other hosts
        words = {ticket.handle: seen.get(ticket.handle) or _unseen(ticket, alive) for ticket in tickets}
        # A cancelled job is cancelled for all its entries; of any other end only those begun have had a part.
        shared = {
            ticket.handle
            for ticket in tickets
            if words[ticket.handle].standing is not Standing.PENDING
            and words[ticket.handle].state != CANCELLED.state
            and ticket.note
            and has_begun(Path(ticket.note), ticket.handle)
        }
        words |= {handle: replace(words[handle], others=True) for handle in shared}
        return {ticket.entry: words[ticket.handle] for ticket in tickets}

    def cancel(self, tickets: Sequence[Ticket]) -> None:
        """Also the jobs of stages that nobody else needs any more; no job that others still need."""
        leaving = {ticket.entry for ticket in tickets}
        held = Tickets(board_folder(self._project.repo))
        needed = held.entries() - leaving
        batches = {note: read_lines(Path(note)) for note in {ticket.note for ticket in tickets} if note}
        stages = {job for batch in batches for job in stage_jobs(Path(batch), leaving, needed)}
        jobs = dict.fromkeys(ticket.handle for ticket in tickets)
        mates = {
            entry
            for ticket in tickets
            for entry in _line(batches.get(ticket.note, []), ticket.handle)
            if entry in needed
        }
        for other in held.of(mates) if mates else ():
            jobs.pop(other.handle, None)
        self._slurm.scancel([*jobs, *sorted(stages)])

    def again(self, tickets: Sequence[Ticket]) -> Iterator[Sequence[Ticket]]:
        """New jobs for entries whose jobs were lost, on the terms of those."""
        batches: dict[str, dict[str, list[Ticket]]] = {}
        for ticket in tickets:
            batches.setdefault(ticket.note, {}).setdefault(task_of(ticket.handle), []).append(ticket)
        for note, tasks in batches.items():
            script = Path(note) / "job.sh"
            if not note or not script.exists():
                continue
            array = self._slurm.sbatch(script, f"--array={','.join(tasks)}")
            yield [
                replace(each, handle=f"{array}_{task}", at=time.time())
                for task, theirs in tasks.items()
                for each in theirs
            ]

    def logs(self, ticket: Ticket) -> Path | None:
        path = Path(ticket.log)
        return path if ticket.log and path.exists() else None

    def _tickets(self, array: str, batch: Batch) -> list[Ticket]:
        now, note = time.time(), str(batch.folder)
        return [
            Ticket(entry, NAME, self._address, f"{array}_{task}", now, log=str(batch.log(task)), note=note)
            for task, line in enumerate(batch.entries)
            for entry in line.split()
        ]

    def _limit(self, order: Order) -> int | None:
        said = order.options.get("array-limit", ())
        written = said[-1] if said else self._config.get("exp.slurm.arraylimit", "")
        if not written:
            return order.jobs
        if not written.isdigit() or int(written) < 1:
            raise ExpError(f"'{written}' is no number of jobs at once.", "`--array-limit 8`.", Exit.USAGE)
        return int(written)


def _waits(word: Word | None) -> bool:
    return word is not None and word.standing is Standing.PENDING


def _array(handle: str) -> str:
    return handle.partition("_")[0]


def _line(lines: Sequence[Sequence[str]], handle: str) -> Sequence[str]:
    """The entries that the job of this handle has, by the lines of its batch."""
    task = int(task_of(handle))
    return lines[task] if task < len(lines) else ()


def _unseen(ticket: Ticket, alive: set[str]) -> Word:
    """Of a task that is cancelled before it begins nothing stays, while the rest of its array lives on."""
    if _array(ticket.handle) in alive and ticket.log and not Path(ticket.log).exists():
        return CANCELLED
    return FORGOTTEN


def open_engine(project: Project, address: str) -> SlurmEngine:
    """Slurm. Whether it answers is seen when it is asked."""
    return SlurmEngine(project, address)
