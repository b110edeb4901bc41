"""Inside a job of Slurm: hear its signals, find out why they came, have an entry run again.

SIGUSR1 comes ahead of the time limit (`--signal`), or ahead of a preemption where the site has set
`send_user_signal`; SIGTERM when the job is cancelled, preempted or over its limit. Neither says why, so Slurm
is asked. A job that Slurm starts again by itself keeps its ticket. Any other is submitted anew: `scontrol
requeue` would make it wait for two minutes (the lifetime of a credential), and is refused for some jobs.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType

from gitexp.build.stop import Stop
from gitexp.errors import ExpError
from gitexp.git.repo import read_config
from gitexp.project import Project
from gitexp.queue.engines.engine import Interruption, Ticket
from gitexp.queue.engines.slurm.commands import Slurm
from gitexp.queue.engines.slurm.script import BATCH, note_begun
from gitexp.queue.engines.slurm.words import task_of

_TIMEOUTS = 3  # how often an entry may run into the time limit and be run again
_SLACK = 75  # seconds; Slurm sends the signal up to a minute before it is due
_TAIL = 4096  # bytes of the job's output in which Slurm may have said why


class SlurmAllocation:
    """The job of Slurm that this process is."""

    def __init__(self, project: Project, environ: Mapping[str, str]) -> None:
        self._project, self._environ = project, environ
        self._slurm = Slurm()  # that of the node we are on
        self._config = read_config(project.repo, "exp.slurm")
        self._signals: list[signal.Signals] = []
        self._resumed = False  # whether Slurm starts the job again by itself

    @property
    def handle(self) -> str:
        array, task = self._environ.get("SLURM_ARRAY_JOB_ID"), self._environ.get("SLURM_ARRAY_TASK_ID")
        return f"{array}_{task}" if array and task else self._environ["SLURM_JOB_ID"]

    @property
    def cpus(self) -> int | None:
        """The processors that the job has on this node."""
        written = self._environ.get("SLURM_CPUS_PER_TASK") or self._environ.get("SLURM_CPUS_ON_NODE", "")
        return int(written) if written.isdigit() else None

    @contextmanager
    def listening(self, stop: Stop) -> Iterator[None]:
        """Within it SIGUSR1 and SIGTERM ask `stop`, and are remembered."""

        def hear(number: int, frame: FrameType | None) -> None:
            self._signals.append(signal.Signals(number))
            if len(self._signals) == 1 or number != signal.SIGTERM:
                stop.ask()

        for number in (signal.SIGUSR1, signal.SIGTERM):
            signal.signal(number, hear)
        yield

    def interruption(self) -> Interruption | None:
        """Why Slurm asked us to stop; None when it did not."""
        if not self._signals:
            return None
        told_ahead = self._signals[0] is signal.SIGUSR1
        try:
            job = self._slurm.show_job(self._environ["SLURM_JOB_ID"])
        except ExpError:  # too late to ask: the signal is all there is
            return Interruption.TIME_LIMIT if told_ahead else Interruption.CANCELLED
        if int(job.get("Restarts", "0")) > int(self._environ.get("SLURM_RESTART_COUNT", "0")):
            self._resumed = True
            return Interruption.PREEMPTED
        left = self._seconds_left(job)
        if told_ahead:
            near = left is not None and left <= self._ahead() + _SLACK
            return Interruption.TIME_LIMIT if near else Interruption.PREEMPTED
        if left is not None and left <= 0:
            return Interruption.TIME_LIMIT
        return Interruption.PREEMPTED if self._said("DUE TO PREEMPTION") else Interruption.CANCELLED

    def is_ours(self, ticket: Ticket) -> bool:
        """The script of the batch names it: its task is the same line of entries, whoever submitted it."""
        if ticket.handle == self.handle:
            return True
        batch = self._environ.get(BATCH, "")
        return bool(batch) and ticket.note == batch and task_of(ticket.handle) == task_of(self.handle)

    def begin(self) -> None:
        batch = self._environ.get(BATCH, "")
        if batch:
            note_begun(Path(batch), self.handle)

    def again(
        self, begun: Sequence[Ticket], waiting: Sequence[Ticket], why: Interruption
    ) -> Sequence[Ticket]:
        """Tickets for the job that runs the entries next: one for all, they are a line of the same batch."""
        over = why is Interruption.TIME_LIMIT
        counted = (replace(ticket, timeouts=ticket.timeouts + over) for ticket in begun)
        wanted = [ticket for ticket in counted if ticket.timeouts <= self._most_timeouts()]
        wanted += waiting
        if self._resumed or not wanted:
            return wanted
        first = wanted[0]
        task = task_of(first.handle)
        try:
            job = Slurm(first.address).sbatch(Path(first.note) / "job.sh", f"--array={task}")
        except ExpError:
            # Some sites let nodes submit nothing. Slurm ends us for this, and starts the job in two minutes.
            self._slurm.requeue(self._environ["SLURM_JOB_ID"])
            return wanted
        return [replace(ticket, handle=f"{job}_{task}", at=time.time()) for ticket in wanted]

    def once_more(self, why: Interruption) -> bool:
        """Have this very job begin again; False when over its limit too often. Slurm ends us for it."""
        begun = int(self._environ.get("SLURM_RESTART_COUNT", "0"))
        if why is Interruption.TIME_LIMIT and begun >= self._most_timeouts():
            return False
        if not self._resumed:
            try:
                self._slurm.requeue(self._environ["SLURM_JOB_ID"])
            except ExpError:
                return False
        return True

    def _seconds_left(self, job: Mapping[str, str]) -> float | None:
        """Until the time limit; of a job that is being ended EndTime is now, so start and limit count."""
        limit, start = _seconds(job.get("TimeLimit", "")), _moment(job.get("StartTime", ""))
        return start + limit - time.time() if limit is not None and start is not None else None

    def _ahead(self) -> int:
        written = self._config.get("exp.slurm.signal", "")
        return int(written) if written.isdigit() else 60

    def _most_timeouts(self) -> int:
        written = self._config.get("exp.slurm.timeouts", "")
        return int(written) if written.isdigit() else _TIMEOUTS

    def _said(self, words: str) -> bool:
        """Whether Slurm has written so to the job's output: our own, which it has opened for us."""
        try:
            return words.encode() in Path("/proc/self/fd/2").read_bytes()[-_TAIL:]
        except OSError:
            return False


def open_allocation(project: Project) -> SlurmAllocation | None:
    """The job that this process runs in; None outside of Slurm."""
    return SlurmAllocation(project, os.environ) if "SLURM_JOB_ID" in os.environ else None


def _seconds(text: str) -> int | None:
    """[D-]H:M:S as scontrol writes it."""
    days, _, rest = text.rpartition("-")
    parts = rest.split(":")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        return None
    hours, minutes, seconds = map(int, parts)
    return ((int(days or 0) * 24 + hours) * 60 + minutes) * 60 + seconds


def _moment(text: str) -> float | None:
    try:
        return time.mktime(time.strptime(text, "%Y-%m-%dT%H:%M:%S"))
    except ValueError:
        return None
