"""`exp repro`: bring the workspace itself up to date. The same engine as a run, without an experiment."""

from __future__ import annotations

import posixpath
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from gitexp import deferred
from gitexp.build.builder import BuildResult, build
from gitexp.build.dvc_lock import DvcAtWork, dvc_lock
from gitexp.build.events import Listener, Warned, ignore
from gitexp.build.locks import write_locks
from gitexp.build.plan import Plan
from gitexp.build.planner import make_plan
from gitexp.build.site import Site
from gitexp.build.stop import Stop, stop_on_signals
from gitexp.dataclass import dataclass
from gitexp.experiment.data.workspace_site import open_workspace_site
from gitexp.experiment.jobs.joblog import open_job
from gitexp.experiment.pipelines import ReadPipeline
from gitexp.experiment.request import Scope, Terms
from gitexp.experiment.run.terms import build_options, planning_rules
from gitexp.experiment.run.unseen_locks import how_to_keep
from gitexp.experiment.run.workspace import read_workspace
from gitexp.experiment.scope import caller_dir, in_scope
from gitexp.git.ignore import ignore_rule, is_ignored
from gitexp.pipeline.lock import LockEntry
from gitexp.pipeline.stage import Stage
from gitexp.project import Project

_SHARE = 20  # writing locks takes at most one part in so many of the time


@dataclass(frozen=True, slots=True)
class ReproRequest:
    """One `exp repro`. `jobs` is how many stages may run at once; None takes `exp.jobs`.

    `commit`: whether outs enter the cache; without it only the lock says what they are.
    """

    scope: Scope = Scope()
    jobs: int | None = None
    force: bool = False
    keep_going: bool = False
    terms: Terms = Terms()
    commit: bool = True


@dataclass(frozen=True, slots=True)
class Reproduced:
    """How it went. `written` are the lock, .dvc and .gitignore files that changed, from the DVC root."""

    build: BuildResult
    written: tuple[str, ...]
    log: Path  # the whole output


def reproduce(
    project: Project, request: ReproRequest, listener: Listener = ignore, stop: Stop | None = None
) -> Reproduced:
    """Run in the workspace what is not up to date. Ctrl-C and SIGTERM stop it; what is finished stays.

    Raises ExpError for what is wrong before any stage runs.
    """
    with stop_on_signals(stop) as asked, open_workspace_site(project) as (plain_site, _memo):
        read = read_workspace(project)
        plain_site = _supplied(project, read, request, plain_site)
        log = open_job(project.repo, "repro").log
        site = replace(
            plain_site, env={"DVC_ROOT": str(project.root)}, log=log, caller_dir=caller_dir(project)
        )
        locks = _LockWriter(project.root)
        built = build(
            read.graph,
            _stages(project, read, request),
            site,
            read.locks,
            build_options(
                request.jobs or project.settings.jobs,
                request.force,
                request.keep_going,
                request.terms,
                request.commit,
            ),
            listener,
            stop=asked,
            on_entry=locks.take,
        )
        locks.write()
        for file, rule in _ignored_locks(project, locks.written):
            listener(Warned(f"Git ignores {file} ({rule}): nobody else gets it.", how_to_keep(file)))
    return Reproduced(built, (*locks.written, *built.ignore_files), log)


def _ignored_locks(project: Project, written: Sequence[str]) -> list[tuple[str, str]]:
    """Locks that were written and will be in no commit, each with the rule that says so."""
    inside = {posixpath.join(project.prefix, file): file for file in written}
    return [
        (inside[path], ignore_rule(project.repo, path) or "") for path in is_ignored(project.repo, inside)
    ]


def explain_repro(project: Project, request: ReproRequest) -> Plan:
    """What `reproduce` would do, and why. Raises ExpError as it does."""
    with open_workspace_site(project) as (site, _memo):
        read = read_workspace(project)
        return _plan(_supplied(project, read, request, site), read, project, request)


def _supplied(project: Project, read: ReadPipeline, request: ReproRequest, site: Site) -> Site:
    """The site, with remotes behind its store if the request asks for that."""
    if not request.terms.pull:
        return site
    store, know = deferred.module("gitexp.experiment.data.supply").open_supplied(project)
    know(read.graph, read.locks)
    return replace(site, store=store)


def _plan(site: Site, read: ReadPipeline, project: Project, request: ReproRequest) -> Plan:
    return make_plan(
        read.graph,
        _stages(project, read, request),
        site,
        read.locks,
        planning_rules(request.force, request.terms),
    )


def _stages(project: Project, read: ReadPipeline, request: ReproRequest) -> Sequence[Stage]:
    return in_scope(read.graph, request.scope, caller_dir(project))


class _LockWriter:
    """Writes new entries to their lock files while the build goes on, as often as that stays cheap.

    A dvc.lock is one file for all its stages: to write it after each is quadratic (289 of the 1,214 seconds
    of one pipeline of 176 stages). What is not written when we are killed is in the run cache all the same.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._waiting: dict[str, dict[str, LockEntry]] = {}
        self._not_before = 0.0
        self._written: dict[str, None] = {}

    @property
    def written(self) -> tuple[str, ...]:
        """The files that changed, in the order of their first change."""
        return tuple(self._written)

    def take(self, stage: Stage, entry: LockEntry) -> None:
        self._waiting.setdefault(stage.lock_file, {})[stage.name] = entry
        if time.monotonic() >= self._not_before:
            with suppress(DvcAtWork):
                self.write(patience=0)

    def write(self, patience: float = 60.0) -> None:
        """Write all that waits. Raises DvcAtWork, and ExpError for a lock file that can't be read."""
        if not self._waiting:
            return
        began = time.monotonic()
        with dvc_lock(self._root, patience):
            self._written.update(dict.fromkeys(write_locks(self._root, self._waiting)))
        self._waiting = {}
        now = time.monotonic()
        self._not_before = now + _SHARE * (now - began)
