"""The loop of a build: start what is ready, as many at once as allowed; hear how it goes.

The thread that calls `Loop.run` decides and reports; each step that has something to do gets a thread of its
own, which sends its events and at last its result through one inbox. So the listener is only ever called
from that one thread, one event at a time.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable, Mapping

from gitexp.build.events import (
    Failure,
    Listener,
    Outcome,
    StageEnded,
    StageResult,
    StageStarted,
    StageWaiting,
)
from gitexp.build.inbox import Done, Fault, Inbox, Message
from gitexp.build.plan import Action, Cause, Step
from gitexp.build.progress import Progress
from gitexp.build.worker import Worker, failure_of
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.pipeline.lock import LockEntry
from gitexp.pipeline.stage import Stage

OnEntry = Callable[[Stage, LockEntry], None]

WELL = frozenset({Outcome.KEPT, Outcome.RESTORED, Outcome.RAN, Outcome.RECORDED})


@dataclass(frozen=True, slots=True)
class Manner:
    """How to go about it: see `builder.BuildOptions`."""

    jobs: int
    keep_going: bool
    ignore_errors: bool


class Loop:
    """One build: what is ready, what runs, how it ended. After `run`, `results` and `entries` say that."""

    def __init__(
        self,
        progress: Progress,
        worker: Worker,
        inbox: Inbox,
        refused: Mapping[str, ExpError],
        manner: Manner,
        listener: Listener,
        on_entry: OnEntry | None,
    ) -> None:
        self._progress, self._worker, self._inbox, self._refused = progress, worker, inbox, refused
        self._manner = manner
        self._listen, self._on_entry = listener, on_entry
        self._startable: list[tuple[int, Step]] = []
        self._running: dict[str, Step] = {}
        self._idle: set[str] = set()  # running, but only waiting for another process: they take no job
        self._some_failed = False
        self.results: dict[str, StageResult] = {}  # by stage address
        self.entries: dict[str, LockEntry] = {}  # of the stages that were made anew

    def run(self) -> None:
        """Go through all stages. Whatever is raised here, no command outlives it."""
        try:
            self._turn()
        except BaseException:
            self._abandon()
            raise
        left = [step for step in self._progress.steps if step.stage.address not in self.results]
        expired = self._worker.stop.expired
        if left and expired and not self._some_failed:
            first = left.pop(0)
            self._end(_never_begun(first, Failure(f"{expired}, before it could begin")))
        for step in left:
            self._end(_never_begun(step))

    def _turn(self) -> None:
        while True:
            self._decide_ready()
            self._start_some()
            if not self._running:
                return
            self._hear(self._inbox.get())

    def _decide_ready(self) -> None:
        """End what is up to date and queue the rest. Whatever ends may make more stages ready."""
        while not self._is_over():
            planned = self._progress.take_ready()
            if planned is None:
                return
            address = planned.stage.address
            try:
                step = self._decide(planned)
            except ExpError as error:
                self._end(StageResult(address, Outcome.FAILED, 0.0, planned.reasons, failure_of(error)))
                continue
            if step.action is Action.KEEP:
                self._end(StageResult(address, Outcome.KEPT))
            else:
                heapq.heappush(self._startable, (self._progress.place(address), step))

    def _decide(self, planned: Step) -> Step:
        """The plan's step; if that left something open, what is right now. Raises ExpError."""
        stage, step = planned.stage, planned
        was_open = any(reason.cause is Cause.UPSTREAM for reason in planned.reasons)
        is_new = any(other in self.entries for other in self._progress.upstream(stage.address))
        if was_open or is_new or self._manner.ignore_errors:
            step = self._worker.planner.decide(stage, self._worker.contents, is_new)
        if step.action is not Action.KEEP and stage.address in self._refused:
            raise self._refused[stage.address]
        return step

    def _start_some(self) -> None:
        """Begin what may begin, first in plan order.

        A stage whose mutex is taken lets others pass. One for which too few slots are free does not: it
        would wait for ever.
        """
        held_back = []
        while self._startable and not self._is_over() and self._has_room(self._startable[0][1]):
            place, step = heapq.heappop(self._startable)
            if self._is_held_apart(step):
                held_back.append((place, step))
            else:
                self._running[step.stage.address] = step
                threading.Thread(target=self._labour, args=(step,)).start()
        for item in held_back:
            heapq.heappush(self._startable, item)

    def _has_room(self, step: Step) -> bool:
        # One that waited may go on any moment: then there is one more for a while. Who must not have that
        # hands in a runner that counts.
        busy = sum(self._slots(address) for address in self._running if address not in self._idle)
        return busy + self._slots(step.stage.address) <= self._jobs

    def _slots(self, address: str) -> int:
        return min(self._worker.needs[address].slots, self._jobs)

    @property
    def _jobs(self) -> int:
        return max(1, self._manner.jobs)

    def _is_held_apart(self, step: Step) -> bool:
        needs = self._worker.needs
        mine = needs[step.stage.address].mutexes
        return bool(mine) and any(mine & needs[other].mutexes for other in self._running)

    def _is_over(self) -> bool:
        """Whether nothing more may begin."""
        goes_on = self._manner.keep_going or self._manner.ignore_errors
        return self._worker.stop.asked or (self._some_failed and not goes_on)

    def _labour(self, step: Step) -> None:
        try:
            self._inbox.put(self._worker.carry_out(step))
        except BaseException as error:
            self._inbox.put(Fault(step.stage.address, error))

    def _hear(self, message: Message) -> None:
        if isinstance(message, Fault):
            del self._running[message.stage]
            raise message.error
        if isinstance(message, Done):
            self._finish(message)
            return
        if isinstance(message, StageWaiting):
            self._idle.add(message.stage)
        elif isinstance(message, StageStarted):
            self._idle.discard(message.stage)
        self._listen(message)

    def _finish(self, done: Done) -> None:
        address = done.result.stage
        stage = self._running.pop(address).stage
        self._idle.discard(address)
        if done.entry is not None:
            self.entries[address] = done.entry
            if self._on_entry is not None:
                self._on_entry(stage, done.entry)
        self._end(done.result)

    def _end(self, result: StageResult) -> None:
        self.results[result.stage] = result
        self._listen(StageEnded(result))
        failed = result.outcome is Outcome.FAILED
        self._some_failed = self._some_failed or failed
        if result.outcome in WELL or (failed and self._manner.ignore_errors):
            self._progress.end(result.stage)

    def _abandon(self) -> None:
        """Something broke: no command may outlive us."""
        self._worker.stop.ask()
        while self._running:
            message = self._inbox.get()
            if isinstance(message, Done):
                self._running.pop(message.result.stage, None)
            elif isinstance(message, Fault):
                self._running.pop(message.stage, None)


def _never_begun(step: Step, failure: Failure | None = None) -> StageResult:
    outcome = Outcome.SKIPPED if failure is None else Outcome.FAILED
    return StageResult(step.stage.address, outcome, 0.0, step.reasons, failure)
