"""Decide for each stage: keep, restore, record, run; or that it depends on what an upstream stage makes.

`Planner.decide` judges one stage by what its inputs are now. `make_plan` goes through all of them before
anything runs: a restore is played through (its outs are known), so only what really is downstream of a run
stays open. The builder asks `decide` again when such a stage's upstream is done: if that made the same bytes
as before, the stage is up to date (early cut-off).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from gitexp.build.changes import always_changed, command_change, input_changes, out_changes, touches_inputs
from gitexp.build.contents import Contents, contents_of
from gitexp.build.inputs import Missing, inputs_now
from gitexp.build.locks import Locks, locked_outs
from gitexp.build.pathmap import PathMap
from gitexp.build.plan import Action, Cause, Plan, Reason, Step
from gitexp.build.runcache import RunCache, may_restore, run_key
from gitexp.build.site import Site
from gitexp.content import Hash
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.pipeline.graph import Graph
from gitexp.pipeline.lock import LockEntry
from gitexp.pipeline.select import active_edges
from gitexp.pipeline.stage import Stage


@dataclass(frozen=True, slots=True)
class Rules:
    """What the user asked for. `force`: run all; `run_cache`: restore earlier runs by their inputs;
    `allow_missing`: data that is absent but known by its lock is taken for unchanged;
    `force_downstream`: what directly depends on a stage that was made anew runs, changed or not."""

    force: bool = False
    run_cache: bool = True
    allow_missing: bool = False
    force_downstream: bool = False


class Planner:
    """Judges stages. It changes nothing, neither on disk nor in `locks`."""

    def __init__(
        self, site: Site, locks: Locks, rules: Rules, recorded: Mapping[str, Hash] | None = None
    ) -> None:
        """`recorded`: what the locks say of every out, by path; asked only for missing deps."""
        self._site, self._locks, self._rules = site, locks, rules
        self._recorded = recorded or {}
        self._run_cache = RunCache(site.store)

    def decide(self, stage: Stage, contents: Contents, upstream_is_new: bool = False) -> Step:
        """What to do with a stage whose inputs are known. Raises ExpError for files that can't be read.

        `upstream_is_new`: a stage that it directly depends on was made anew in this build.
        """
        reasons = tuple(self._reasons(stage, contents))
        if stage.cmd is None or stage.frozen:
            return self._decide_data(stage, reasons)
        if self._is_forced(upstream_is_new):
            return Step(stage, Action.RUN, (Reason(Cause.FORCED), *reasons))
        if not reasons:
            return Step(stage, Action.KEEP)
        source = self._source(stage, contents, reasons)
        if source is not None:
            return Step(stage, Action.RESTORE, reasons, source)
        if all(_only_left_the_cache(reason) for reason in reasons):
            return Step(stage, Action.RECORD, reasons)
        return Step(stage, Action.RUN, reasons)

    def foresee(self, stage: Stage, contents: Contents, unknown: PathMap[str]) -> Step:
        """What can be said of a stage while `unknown` paths (-> the stage that makes them) are being made."""
        upstream = tuple(
            Reason(Cause.UPSTREAM, address) for address in dict.fromkeys(_makers(stage, unknown))
        )
        known = replace(
            stage,
            deps=tuple(dep for dep in stage.deps if not unknown.overlaps(dep.path)),
            params=tuple(dep for dep in stage.params if not unknown.overlaps(dep.path)),
        )
        own = tuple(self._reasons(known, contents, always_changed(stage)))
        if self._is_forced(upstream_is_new=True):
            return Step(stage, Action.RUN, (Reason(Cause.FORCED), *own, *upstream))
        return Step(stage, Action.RUN if own else Action.DEPENDS, (*own, *upstream))

    def _is_forced(self, upstream_is_new: bool) -> bool:
        return self._rules.force or (self._rules.force_downstream and upstream_is_new)

    def find_run(self, stage: Stage, inputs: LockEntry, anew: bool = False) -> LockEntry | None:
        """A kept run of `stage` on exactly these inputs; with `anew`, also one of this very moment."""
        if not (self._rules.run_cache and may_restore(stage)):
            return None
        key = run_key(inputs, tuple(out.written for out in stage.outs))
        return self._run_cache.find(key, anew) if key else None

    def _reasons(
        self, stage: Stage, contents: Contents, always: Iterator[Reason] | None = None
    ) -> Iterator[Reason]:
        entry = self._locks.get(stage.address)
        if entry is None and stage.cmd is not None:
            yield Reason(Cause.NEVER_RAN)
            return
        yield from always_changed(stage) if always is None else always
        yield from command_change(stage, entry)
        changes = [
            *(input_changes(stage, entry, contents) if stage.cmd is not None else ()),
            *out_changes(stage, entry, contents, self._site.store),
        ]
        yield from (change for change in changes if not self._is_excused(stage, change))

    def _is_excused(self, stage: Stage, reason: Reason) -> bool:
        """With allow_missing: what is absent but recorded is no reason, unless as something else."""
        absent = (Cause.DEP_DELETED, Cause.OUT_DELETED, Cause.OUT_NOT_IN_CACHE)
        if not (self._rules.allow_missing and reason.cause in absent and reason.old is not None):
            return False
        made = self._recorded.get(reason.subject or "") if reason.cause is Cause.DEP_DELETED else None
        return made is None or made.value == reason.old

    def _decide_data(self, stage: Stage, reasons: tuple[Reason, ...]) -> Step:
        """Data, or a frozen stage: no command makes it. Bring back what is gone, take what is there."""
        if not reasons:
            return Step(stage, Action.KEEP)
        if all(reason.cause is Cause.OUT_DELETED for reason in reasons):
            source = self._own_entry(stage)
            if source is not None:
                return Step(stage, Action.RESTORE, reasons, source)
        return Step(stage, Action.RECORD, reasons)

    def _source(self, stage: Stage, contents: Contents, reasons: Sequence[Reason]) -> LockEntry | None:
        """The recorded run whose outs can stand for running the stage."""
        if not may_restore(stage):
            return None
        if not any(touches_inputs(reason) for reason in reasons):
            return self._own_entry(stage)
        inputs = inputs_now(stage, contents, self._locks.get(stage.address))
        return None if isinstance(inputs, Missing) else self.find_run(stage, inputs)

    def _own_entry(self, stage: Stage) -> LockEntry | None:
        """The stage's lock entry, if all its outs are in the store."""
        entry = self._locks[stage.address]
        outs = dict(locked_outs(stage, entry))
        if len(outs) < len(stage.outs) or not all(map(self._site.store.has, outs.values())):
            return None
        declared = {out.written for out in stage.outs}
        return replace(entry, outs=tuple(out for out in entry.outs if out.path in declared))


def _only_left_the_cache(reason: Reason) -> bool:
    """The out is what it should be, but its object is gone: nothing to run, only to store again."""
    return reason.cause is Cause.OUT_NOT_IN_CACHE and reason.old == reason.new


def make_plan(
    graph: Graph,
    stages: Sequence[Stage],
    site: Site,
    locks: Locks,
    rules: Rules | None = None,
) -> Plan:
    """What a build of `stages` (upstream first) would do, and why. Nothing is changed.

    Raises ExpError for a params file, dep or out that can't be read.
    """
    rules = rules or Rules()
    contents = contents_of(site, graph, locks, rules.allow_missing, stages)
    return plan_ahead(planner_of(graph, site, locks, rules), graph, stages, contents)


def planner_of(graph: Graph, site: Site, locks: Locks, rules: Rules) -> Planner:
    """A planner that knows what is recorded of all outs, if the rules ask for it."""
    stages = graph.stages.values() if rules.allow_missing else ()
    recorded = {
        out.path: content for stage in stages for out, content in locked_outs(stage, locks.get(stage.address))
    }
    return Planner(site, locks, rules, recorded)


def plan_ahead(planner: Planner, graph: Graph, stages: Sequence[Stage], contents: Contents) -> Plan:
    """`make_plan` with the planner and the contents that the builder goes on to use."""
    ahead, upstream = contents.fork(), active_edges(graph)
    unknown: PathMap[str] = PathMap()
    open_stages: set[str] = set()
    made_anew: set[str] = set()
    steps = []
    for stage in stages:
        try:
            if open_stages.intersection(upstream[stage.address]):
                step = planner.foresee(stage, ahead, unknown)
            else:
                is_new = not made_anew.isdisjoint(upstream[stage.address])
                step = planner.decide(stage, ahead, is_new)
        except ExpError as error:
            raise ExpError(
                f"stage '{stage.address}': {error.message}", error.hint, error.exit_code
            ) from error
        if step.action is not Action.KEEP:
            made_anew.add(stage.address)
        if step.action is Action.RESTORE:
            _play_through(step, ahead)
        elif step.action in (Action.RUN, Action.DEPENDS):
            open_stages.add(stage.address)
            for out in stage.outs:
                unknown[out.path] = stage.address
        steps.append(step)
    return Plan(tuple(steps))


def _play_through(step: Step, contents: Contents) -> None:
    for out, content in locked_outs(step.stage, step.source):
        contents.make_pending(out.path, content)


def _makers(stage: Stage, unknown: PathMap[str]) -> Iterator[str]:
    """The stages that are making something this one reads."""
    for path in (*(dep.path for dep in stage.deps), *(dep.path for dep in stage.params)):
        own = unknown.get(path)
        around = unknown.around(path)
        yield from [own] if own else []
        yield from [around[2]] if around else []
        yield from unknown.below(path).values()
