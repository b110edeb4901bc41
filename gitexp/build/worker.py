"""Carry out one step of a plan, in a thread of its own: run, restore or record one stage.

A run goes: place the deps, look at them, claim the run (another process may be at it: then wait and take its
result), clear the outs away, run the commands, check and record the outs, remember the run. Nothing here
decides what runs when; that is the builder's.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace

from gitexp.build.claim import Unclaimed
from gitexp.build.command import CommandRunner
from gitexp.build.contents import Contents
from gitexp.build.deadline import Deadline
from gitexp.build.environment import commands_of, stage_environment
from gitexp.build.events import (
    Event,
    Failure,
    Outcome,
    StageOutput,
    StageResult,
    StageStarted,
    StageWaiting,
    Warned,
)
from gitexp.build.exit_words import exit_words
from gitexp.build.fetch_told import FetchTold
from gitexp.build.inbox import Done
from gitexp.build.inputs import Missing, inputs_now, missing_input, with_outs
from gitexp.build.locks import Locks
from gitexp.build.needs import Needs
from gitexp.build.outs import make_way, missing_outs, record_outs, restore_outs
from gitexp.build.plan import Action, Cause, Step
from gitexp.build.planner import Planner
from gitexp.build.runcache import RunCache, may_save, run_key
from gitexp.build.site import Site
from gitexp.build.stop import Stop
from gitexp.build.written_through import require_untouched
from gitexp.cache.checkout import MissingObjects
from gitexp.content import Hash
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.pipeline.lock import LockedPath, LockEntry
from gitexp.pipeline.select import address_from
from gitexp.pipeline.stage import Stage

_TAIL = 20  # lines of output that a failure carries

Tell = Callable[[Event], None]


class _Failed(Exception):
    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Worker:
    """What the steps of one build share. `tell` may be called from any thread.

    `needs` is by stage address. `share`: earlier and simultaneous runs of the same stage may stand for this
    one, unless it is forced. `commit`: what is made enters the cache, and the run the run cache.
    """

    site: Site
    contents: Contents
    locks: Locks
    planner: Planner
    runner: CommandRunner
    stop: Stop
    tell: Tell
    needs: Mapping[str, Needs]
    share: bool = True
    commit: bool = True

    def carry_out(self, step: Step) -> Done:
        """Do what the step says. Failures are values; only faults of ours are raised."""
        began = time.monotonic()
        entry, failure = None, None
        fetching = FetchTold(step.stage.address, self.tell)
        try:
            with self.site.store.telling(fetching.hear):
                outcome, entry = self._act(step)
        except Unclaimed:
            failure = Failure(self.stop.expired) if self.stop.expired else None
            outcome = Outcome.FAILED if failure else Outcome.STOPPED
        except _Failed as failed:
            outcome = Outcome.STOPPED if self.stop.interrupted else Outcome.FAILED
            failure = failed.failure
        except ExpError as error:
            outcome, failure = Outcome.FAILED, failure_of(error)
        except OSError as error:
            outcome, failure = Outcome.FAILED, Failure(str(error))
        seconds = time.monotonic() - began
        return Done(StageResult(step.stage.address, outcome, seconds, step.reasons, failure), entry)

    def _act(self, step: Step) -> tuple[Outcome, LockEntry]:
        if step.action is Action.RECORD:
            return Outcome.RECORDED, self._record(step.stage)
        if step.action is Action.RESTORE and step.source is not None:
            try:
                return Outcome.RESTORED, self._restore(step.stage, step.source)
            except MissingObjects as error:
                if step.stage.cmd is None or step.stage.frozen:
                    raise
                self.tell(Warned(f"stage '{step.stage.address}' runs: {error.message}"))
        return self._run_or_share(step)

    def _run_or_share(self, step: Step) -> tuple[Outcome, LockEntry]:
        stage = step.stage
        share = self.share and not any(reason.cause is Cause.FORCED for reason in step.reasons)
        inputs = self._inputs(stage)
        # Nobody waits for a run that is not kept: it would have to be made again all the same.
        kept = self.commit and may_save(stage)
        key = run_key(inputs, tuple(out.written for out in stage.outs)) if kept else None
        claims = self.site.claims
        with claims.mutexes(self.needs[stage.address].mutexes, self.stop):
            if key is None or not share:
                return Outcome.RAN, self._run(stage, inputs)
            with claims.run(key, self.stop, lambda: self.tell(StageWaiting(stage.address))):
                earlier = self.planner.find_run(stage, inputs, anew=True)
                if earlier is None:
                    entry = self._run(stage, inputs)
                    self._share(stage, entry)
                    return Outcome.RAN, entry
            # The claim is let go first: others that waited for the same run need not wait for this copy too.
            return Outcome.RESTORED, self._restore(stage, earlier)

    def _inputs(self, stage: Stage) -> LockEntry:
        for path in (*(dep.path for dep in stage.deps), *(dep.path for dep in stage.params)):
            self.contents.place(path)
        inputs = inputs_now(stage, self.contents, self.locks.get(stage.address))
        if isinstance(inputs, Missing):
            raise missing_input(stage, inputs)
        return inputs

    def _run(self, stage: Stage, before: LockEntry) -> LockEntry:
        make_way(stage, self.site, self.contents)
        began = time.time_ns()
        try:
            self._run_commands(stage)
        finally:
            self.contents.forget()
            require_untouched(stage, self.site, began)
        self._require_outs(stage)
        inputs, trusted = self._inputs_after(stage, before)
        entry = with_outs(stage, inputs, record_outs(stage, self.site, self.contents, self.commit))
        if trusted:
            self._remember(stage, entry)
        return entry

    def _run_commands(self, stage: Stage) -> None:
        commands = commands_of(stage.cmd or ())
        env = stage_environment(address_from(stage, self.site.caller_dir), self.site.env)
        self.tell(StageStarted(stage.address, "\n".join(commands)))
        tail: deque[str] = deque(maxlen=_TAIL)

        def on_line(line: str) -> None:
            tail.append(line)
            self.tell(StageOutput(stage.address, line))

        needs = self.needs[stage.address]
        stop = self.stop if needs.timeout is None else Deadline(self.stop, needs.timeout, while_running=True)
        for command in commands:
            code = self.runner.run(command, self.site.path(stage.wdir), env, on_line, stop, needs.slots)
            if code != 0 or stop.asked:
                ending = stop.expired if stop.expired and not stop.interrupted else exit_words(code)
                raise _Failed(Failure(ending, code, command, tuple(tail)))

    def _inputs_after(self, stage: Stage, before: LockEntry) -> tuple[LockEntry, bool]:
        """The inputs to record, and whether the run may be remembered by them.

        In a worktree nobody edits while a stage runs: what changed is a by-product of the command (a
        __pycache__ in a dep folder), which no later worktree has. In the workspace, as DVC does, what is
        there afterwards is recorded, so that the stage is up to date now; but somebody may have edited a
        dep meanwhile, so the run is not remembered as the result of either content.
        """
        if self.site.virtual:
            return before, True
        after = inputs_now(stage, self.contents, before)
        if isinstance(after, Missing):
            raise missing_input(stage, after)
        changed = [old.path for old, new in zip(before.deps, after.deps, strict=True) if _differ(old, new)]
        if changed or after.params != before.params:
            what = ", ".join(f"'{path}'" for path in changed) or "its params"
            self.tell(Warned(f"stage '{stage.address}': {what} changed while it ran."))
            return after, False
        return after, True

    def _require_outs(self, stage: Stage) -> None:
        missing = missing_outs(stage, self.site)
        if missing:
            names = ", ".join(f"'{path}'" for path in missing)
            raise _Failed(Failure(f"its command ended well but did not make its out {names}."))

    def _restore(self, stage: Stage, source: LockEntry) -> LockEntry:
        old = self.locks.get(stage.address)
        inputs = source if source == old or stage.cmd is None else self._entry_inputs(stage, source)
        entry = with_outs(stage, inputs, restore_outs(stage, source, self.site, self.contents))
        self._remember(stage, entry)  # it may come from a lock file that was pulled
        return entry

    def _remember(self, stage: Stage, entry: LockEntry) -> None:
        if self.commit and may_save(stage):
            RunCache(self.site.store).save(entry)

    def _share(self, stage: Stage, entry: LockEntry) -> None:
        """What can't be shared now is made again by those who wait: that is no failure of this stage."""
        try:
            self.site.claims.share(entry)
        except ExpError as error:
            self.tell(Warned(f"stage '{stage.address}' can't be shared with other runs: {error.message}"))

    def _entry_inputs(self, stage: Stage, source: LockEntry) -> LockEntry:
        now = inputs_now(stage, self.contents, self.locks.get(stage.address))
        return source if isinstance(now, Missing) else now

    def _record(self, stage: Stage) -> LockEntry:
        missing = missing_outs(stage, self.site)
        if missing:
            names = ", ".join(f"'{path}'" for path in missing)
            raise ExpError(
                f"{names} is neither here nor in the cache.", "fetch it (`exp data pull`), or add it again."
            )
        old = self.locks.get(stage.address)
        inputs = old if old is not None else self._inputs(stage)
        outs: dict[str, Hash] = record_outs(stage, self.site, self.contents, self.commit)
        return with_outs(stage, replace(inputs, cmd=stage.cmd), outs)


def _differ(old: LockedPath, new: LockedPath) -> bool:
    return old.hash is not None and not old.hash.same_content(new.hash)


def failure_of(error: ExpError) -> Failure:
    return Failure(f"{error.message} ({error.hint})" if error.hint else error.message)
