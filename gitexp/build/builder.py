"""Bring stages up to date: plan, carry out, report. The one door to this room for those who run things."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gitexp.build.command import CommandRunner, ShellRunner
from gitexp.build.contents import contents_of
from gitexp.build.deadline import Deadline
from gitexp.build.events import Listener, Outcome, Planned, StageResult
from gitexp.build.inbox import new_inbox
from gitexp.build.locks import Locks, locked_outs
from gitexp.build.loop import WELL, Loop, Manner, OnEntry
from gitexp.build.needs import needs_of
from gitexp.build.plan import Plan
from gitexp.build.planner import Rules, plan_ahead, planner_of
from gitexp.build.progress import Progress
from gitexp.build.runlog import logged
from gitexp.build.site import Site
from gitexp.build.stop import Stop
from gitexp.build.versioned import ignore_outs, refused_outs
from gitexp.build.worker import Worker
from gitexp.dataclass import dataclass
from gitexp.pipeline.graph import Graph
from gitexp.pipeline.lock import LockEntry
from gitexp.pipeline.select import active_edges
from gitexp.pipeline.stage import Stage


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """`jobs`: stages at once. `keep_going`: after a failure go on with what does not depend on it.

    `ignore_errors`: go on with that, too, and call the build well done. `timeout`: seconds for all of it.
    `commit`: whether outs and runs enter the cache. The others: see `planner.Rules`.
    """

    jobs: int = 1
    force: bool = False
    keep_going: bool = False
    run_cache: bool = True
    allow_missing: bool = False
    force_downstream: bool = False
    ignore_errors: bool = False
    timeout: float | None = None
    commit: bool = True

    @property
    def rules(self) -> Rules:
        return Rules(self.force, self.run_cache, self.allow_missing, self.force_downstream)


@dataclass(frozen=True, slots=True)
class BuildResult:
    """How every stage ended, in plan order. `entries` is what to merge into the lock files."""

    stages: tuple[StageResult, ...]
    ok: bool
    interrupted: bool
    entries: Mapping[str, Mapping[str, LockEntry]]  # lock file or .dvc file -> stage name -> entry
    ignore_files: tuple[str, ...] = ()  # the .gitignore files that were written, root-relative


def build(
    graph: Graph,
    stages: Sequence[Stage],
    site: Site,
    locks: Locks,
    options: BuildOptions,
    listener: Listener,
    runner: CommandRunner | None = None,
    stop: Stop | None = None,
    on_entry: OnEntry | None = None,
) -> BuildResult:
    """Bring `stages` (upstream first) up to date.

    Stages that fail are in the result, not raised. Lock files are the caller's to write, at the end from the
    result or as it goes: `on_entry` is called for each new entry as soon as there is one.
    Raises ExpError when no plan can be made.
    """
    needs = {stage.address: needs_of(stage) for stage in stages}
    contents = contents_of(site, graph, locks, options.allow_missing, stages)
    planner = planner_of(graph, site, locks, options.rules)
    stop = stop or Stop()
    if options.timeout is not None:
        stop = Deadline(stop, options.timeout)
    with logged(site.log, listener) as listen:
        plan = plan_ahead(planner, graph, stages, contents)
        listen(Planned(plan))
        inbox = new_inbox()
        worker = Worker(
            site,
            contents,
            locks,
            planner,
            runner or ShellRunner(),
            stop,
            inbox.put,
            needs,
            share=options.run_cache,
            commit=options.commit,
        )
        loop = Loop(
            Progress(plan, active_edges(graph)),
            worker,
            inbox,
            refused_outs(site, plan),
            Manner(options.jobs, options.keep_going, options.ignore_errors),
            listen,
            on_entry,
        )
        loop.run()
    return _result(plan, loop, site, stop, options.ignore_errors)


def _result(plan: Plan, loop: Loop, site: Site, stop: Stop, ignore_errors: bool) -> BuildResult:
    results = tuple(loop.results[step.stage.address] for step in plan.steps)
    made = [step.stage for step in plan.steps if step.stage.address in loop.entries]
    entries: dict[str, dict[str, LockEntry]] = {}
    for stage in made:
        entries.setdefault(stage.lock_file, {})[stage.name] = loop.entries[stage.address]
    good = WELL | {Outcome.FAILED} if ignore_errors and stop.expired is None else WELL
    ok = all(result.outcome in good for result in results)
    ignore_files = ignore_outs(site, made, _folders(made, loop.entries))
    return BuildResult(results, ok, stop.interrupted and not ok, entries, ignore_files)


def _folders(made: Sequence[Stage], entries: Mapping[str, LockEntry]) -> set[str]:
    """The outs that are directories."""
    return {
        out.path
        for stage in made
        for out, content in locked_outs(stage, entries[stage.address])
        if content.is_dir
    }
