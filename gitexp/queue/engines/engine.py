"""The seam between the queue and those who run it: what is asked of an engine, and what it answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import field
from enum import Enum
from pathlib import Path
from typing import Protocol, runtime_checkable

from gitexp.build.stop import Stop
from gitexp.dataclass import dataclass
from gitexp.queue.job import QueuedJob


class Standing(Enum):
    """What an engine says of a job that it took."""

    PENDING = "pending"
    RUNNING = "running"
    ENDED = "ended"  # over; if its entry has not ended, that is how it failed
    LOST = "lost"  # over through no fault of its own, or the engine never heard of it


@dataclass(frozen=True, slots=True)
class Ticket:
    """What an engine gave for an entry of the queue. `handle` is its own name of the job, '123_4'.

    Entries that share a job have the same handle.
    `log` is the file with what the job itself printed, where it can be read from here. `timeouts`: how many
    jobs of this entry ran into their time limit. `note` is the engine's own.
    """

    entry: str
    engine: str
    address: str
    handle: str
    at: float  # seconds since the epoch
    log: str = ""
    timeouts: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """What an engine says of a ticket: `state` in its own words, the `reason`, `where` it runs.

    `others`: the job has several entries and has not begun with this one, so its end is not this one's fault.
    """

    standing: Standing
    state: str = ""
    reason: str = ""
    where: str = ""
    others: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """On what terms entries are submitted. `jobs`: how many at once; `gpus`: the devices they share.

    `options` are the engine's own, each with its values as typed: `{"partition": ("gpu",)}`.
    """

    jobs: int | None = None
    gpus: str | None = None
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Engine(Protocol):
    """Runs entries of the queue. Every method raises ExpError when those behind it can't be asked."""

    @property
    def name(self) -> str: ...

    def submit(self, entries: Sequence[QueuedJob], order: Order) -> Iterator[Sequence[Ticket]]:
        """Hand entries over, in their order; tickets for those that were taken, as soon as they are.

        What is yielded together is written together: best what one call has handed over. The entries
        stand in `submitted` by then. An entry without ticket goes back into the queue.
        """
        ...

    def poll(self, tickets: Sequence[Ticket]) -> Mapping[str, Word]:
        """How they stand, by entry. One question for all of them; a ticket left out is not judged."""
        ...

    def cancel(self, tickets: Sequence[Ticket]) -> None:
        """Stop what runs and forget what waits. What is over already is no error.

        A job that has other entries as well goes on: it looks at the board before it begins with one.
        """
        ...

    def logs(self, ticket: Ticket) -> Path | None:
        """The file with what the job itself printed; None when there is none (yet)."""
        ...


@runtime_checkable
class Remarking(Protocol):
    """An engine that has more to say of a submission; most have nothing."""

    remarks: Sequence[str]


@runtime_checkable
class Resuming(Protocol):
    """An engine that can start jobs anew by their tickets."""

    def again(self, tickets: Sequence[Ticket]) -> Iterator[Sequence[Ticket]]:
        """Tickets for those that have a new job. Raises ExpError when it can't be submitted."""
        ...


class Interruption(Enum):
    """Why an engine stopped a job of its own accord."""

    TIME_LIMIT = "the time limit of its job"
    PREEMPTED = "a job that goes before"
    CANCELLED = "somebody who cancelled its job"


class Allocation(Protocol):
    """The job of an engine that this process runs in."""

    @property
    def handle(self) -> str:
        """The engine's name of the job, as in its Ticket."""
        ...

    @property
    def cpus(self) -> int | None:
        """The processors that the job has on this machine; None when the engine does not say."""
        ...

    def listening(self, stop: Stop) -> AbstractContextManager[None]:
        """Within it the engine's signals ask `stop`."""
        ...

    def interruption(self) -> Interruption | None:
        """Why the engine asked us to stop; None when it did not."""
        ...

    def once_more(self, why: Interruption) -> bool:
        """Have this very job begin again, later; False when it ran into its limit too often."""
        ...

    def is_ours(self, ticket: Ticket) -> bool:
        """Whether the ticket is of this job, or of the one that this job goes on from."""
        ...

    def begin(self) -> None:
        """Note that the job begins with its entries: what becomes of it is no word on those that wait."""
        ...

    def again(
        self, begun: Sequence[Ticket], waiting: Sequence[Ticket], why: Interruption
    ) -> Sequence[Ticket]:
        """See to it that entries are run by another job; tickets for those that will be.

        `begun`: of those that ran when we were stopped; left out is what ran into its limit too often.
        """
        ...
