"""The loop of a build: start what is ready, as many at once as allowed; hear how it goes.

The thread that calls `Loop.run` decides and reports; each step that has something to do gets a thread of its
own, which sends its events and at last its result through one inbox. So the listener is only ever called
from that one thread, one event at a time.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable, Mapping

from gitexp.build.events import Listener, Outcome, StageEnded, StageResult, StageStarted, StageWaiting
from gitexp.build.mutex import mutexes
from gitexp.build.plan import Action, Cause, Step
from gitexp.build.progress import Progress
from gitexp.build.worker import Done, Fault, Inbox, Message, Worker, failure_of
from gitexp.errors import ExpError
from gitexp.pipeline.lock import LockEntry
from gitexp.pipeline.stage import Stage

OnEntry = Callable[[Stage, LockEntry], None]

WELL = frozenset({Outcome.KEPT, Outcome.RESTORED, Outcome.RAN, Outcome.RECORDED})


class Loop:
    """One build: what is ready, what runs, how it ended. After `run`, `results` and `entries` say that."""

    def __init__(
        self,
        progress: Progress,
        worker: Worker,
        inbox: Inbox,
        refused: Mapping[str, ExpError],
        jobs: int,
        keep_going: bool,
        listener: Listener,
        on_entry: OnEntry | None,
    ) -> None:
        self._progress, self._worker, self._inbox, self._refused = progress, worker, inbox, refused
        self._jobs, self._keep_going = max(1, jobs), keep_going
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
        for step in self._progress.steps:
            if step.stage.address not in self.results:
                self._end(StageResult(step.stage.address, Outcome.SKIPPED, 0.0, step.reasons))

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
        if was_open or any(other in self.entries for other in self._progress.upstream(stage.address)):
            step = self._worker.planner.decide(stage, self._worker.contents)
        if step.action is not Action.KEEP and stage.address in self._refused:
            raise self._refused[stage.address]
        return step

    def _start_some(self) -> None:
        """Begin what may begin, first in plan order; a stage whose mutex is taken lets others pass."""
        held_back = []
        while self._startable and not self._is_over() and self._has_job():
            place, step = heapq.heappop(self._startable)
            if self._is_held_apart(step):
                held_back.append((place, step))
            else:
                self._running[step.stage.address] = step
                threading.Thread(target=self._labour, args=(step,)).start()
        for item in held_back:
            heapq.heappush(self._startable, item)

    def _has_job(self) -> bool:
        # One that waited may go on any moment: then there is one more for a while. Who must not have that
        # hands in a runner that counts.
        return len(self._running) - len(self._idle) < self._jobs

    def _is_held_apart(self, step: Step) -> bool:
        mine = set(mutexes(step.stage))
        return bool(mine) and any(mine.intersection(mutexes(other.stage)) for other in self._running.values())

    def _is_over(self) -> bool:
        """Whether nothing more may begin."""
        return self._worker.stop.asked or (self._some_failed and not self._keep_going)

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
        if result.outcome in WELL:
            self._progress.end(result.stage)
        elif result.outcome is Outcome.FAILED:
            self._some_failed = True

    def _abandon(self) -> None:
        """Something broke: no command may outlive us."""
        self._worker.stop.ask()
        while self._running:
            message = self._inbox.get()
            if isinstance(message, Done):
                self._running.pop(message.result.stage, None)
            elif isinstance(message, Fault):
                self._running.pop(message.stage, None)
