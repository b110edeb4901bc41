"""`exp verify`: run an experiment again from nothing, and compare every output with what it recorded.

From nothing: a fresh worktree at its commit, no run cache, no outs of earlier runs, also none that persist.
Data of .dvc files comes from the cache, by its recorded hash. Nothing of the new run is kept but its log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import Enum
from pathlib import Path

from gitexp.build.builder import BuildResult, build
from gitexp.build.events import Listener, Outcome, StageResult, ignore
from gitexp.build.locks import Locks, locked_outs
from gitexp.build.stop import stop_on_signals
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.experiment import Experiment
from gitexp.experiment.find import resolve_rev
from gitexp.experiment.jobs.joblog import open_job
from gitexp.experiment.request import Attempt, RunRequest, Scope, Terms
from gitexp.experiment.run.session import Session, open_session
from gitexp.experiment.run.terms import build_options
from gitexp.experiment.run.worksite import Ground, lay_out, lent_worktree, site_of
from gitexp.git.objects import Commit, ObjectReader
from gitexp.pipeline.stage import Stage
from gitexp.project import Project


class Verdict(Enum):
    """How a stage compares: every case."""

    SAME = "same"
    DIFFERS = "differs"  # an out is not what was recorded
    UNKNOWN = "not recorded"  # it ran, but there is nothing to compare with
    FAILED = "failed"
    NOT_RUN = "not run"  # something upstream failed


@dataclass(frozen=True, slots=True)
class OutPair:
    """An out (root-relative) whose content differs: recorded and new hash."""

    path: str
    recorded: str
    now: str | None


@dataclass(frozen=True, slots=True)
class StageVerdict:
    stage: str
    verdict: Verdict
    outs: tuple[OutPair, ...] = ()  # those that differ
    result: StageResult | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """The stages in the order of the pipeline."""

    name: str
    commit: str
    stages: tuple[StageVerdict, ...]
    log: Path

    @property
    def first(self) -> StageVerdict | None:
        """The first stage that is not what it was: the others may differ because of it."""
        wrong = (Verdict.DIFFERS, Verdict.FAILED)
        return next((one for one in self.stages if one.verdict in wrong), None)


def verify(project: Project, word: str, jobs: int | None = None, listener: Listener = ignore) -> Verified:
    """Run what `word` names again and compare. Raises ExpError for an unknown word and a broken pipeline."""
    found = resolve_rev(project.repo, word)
    with ObjectReader(project.repo) as reader:
        commit = reader.commit(found.commit)
    if commit is None:
        raise ExpError(f"commit {found.commit[:7]} is not in this repository.", "`exp fetch` may bring it.")
    attempt = _attempt(commit, found.experiment)
    request = RunRequest(Scope(all_pipelines=True), terms=Terms(run_cache=False, hydra=False))
    with stop_on_signals(None) as stop, open_session(project, request, stop) as session:
        session = replace(session, take_edits=False)
        with lent_worktree(session, attempt) as worktree:
            ground = lay_out(session, attempt, worktree)
            log = open_job(project.repo, f"verify-{attempt.name}").log
            built = _build(session, attempt, ground, log, jobs, listener)
    if built.interrupted:
        raise ExpError("interrupted; nothing was compared.")
    return Verified(attempt.name, commit.oid, _verdicts(ground, built), log)


def _attempt(commit: Commit, experiment: Experiment | None) -> Attempt:
    if experiment is not None:
        return Attempt(experiment.name, experiment.baseline, commit.tree)
    return Attempt(commit.oid[:7], commit.oid, commit.tree)


def _build(
    session: Session, attempt: Attempt, ground: Ground, log: Path, jobs: int | None, listener: Listener
) -> BuildResult:
    """Frozen stages stay what they are: their command is not to be run."""
    stages = ground.graph.stages
    known: Locks = {
        address: entry
        for address, entry in ground.locks.items()
        if stages[address].is_data or stages[address].frozen
    }
    site = site_of(session, attempt, ground, log)
    options = build_options(jobs or session.jobs, True, True, session.request.terms, commit=False)
    return build(ground.graph, ground.stages, site, known, options, listener, stop=session.stop)


def _verdicts(ground: Ground, built: BuildResult) -> tuple[StageVerdict, ...]:
    results = {result.stage: result for result in built.stages}
    return tuple(
        _verdict(stage, ground.locks, built, results)
        for stage in ground.stages
        if stage.cmd is not None and not stage.frozen
    )


def _verdict(
    stage: Stage, recorded: Locks, built: BuildResult, results: Mapping[str, StageResult]
) -> StageVerdict:
    result = results.get(stage.address)
    entry = built.entries.get(stage.lock_file, {}).get(stage.name)
    if entry is None:
        failed = result is not None and result.outcome is Outcome.FAILED
        return StageVerdict(stage.address, Verdict.FAILED if failed else Verdict.NOT_RUN, (), result)
    before = recorded.get(stage.address)
    if before is None:
        return StageVerdict(stage.address, Verdict.UNKNOWN, (), result)
    now = {out.path: hash for out, hash in locked_outs(stage, entry)}
    pairs = tuple(
        OutPair(out.path, hash.value, now[out.path].value if out.path in now else None)
        for out, hash in locked_outs(stage, before)
        if not hash.same_content(now.get(out.path))
    )
    return StageVerdict(stage.address, Verdict.DIFFERS if pairs else Verdict.SAME, pairs, result)
