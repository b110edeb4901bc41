"""`exp rebase`: run experiments again on another baseline: what they tried, on what there is now.

What an experiment tried is its overrides and the files that it edited. These are laid over the new baseline
by a three-way merge; params that were overridden are set again, whatever became of their file. Then it is
an ordinary run, so what the new baseline did not change comes from the run cache.
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import replace

from gitexp.build.stop import stop_on_signals
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.experiment import Experiment
from gitexp.experiment.find import list_experiments
from gitexp.experiment.message import Trailers, edited_paths, parse, subject
from gitexp.experiment.notes import read_remarks, remark
from gitexp.experiment.operations import RefMove, move_refs
from gitexp.experiment.pipelines import read_graph
from gitexp.experiment.record import RunResult, Watcher, unwatched
from gitexp.experiment.request import Attempt, RunRequest
from gitexp.experiment.run.attempt import run_attempt
from gitexp.experiment.run.prepare import name_taken
from gitexp.experiment.run.session import Session, open_session
from gitexp.git.merge import transplant
from gitexp.git.objects import Commit, ObjectReader
from gitexp.git.refs import read_ref
from gitexp.git.repo import author
from gitexp.git.restore import changed_files
from gitexp.git.rewritten import rewritten_commits
from gitexp.git.tree_files import TreeFiles
from gitexp.pipeline.override.overrides import by_file, parse_overrides
from gitexp.project import Project


@dataclass(frozen=True, slots=True)
class RebaseRequest:
    """`onto` is the new baseline. `keep`: the experiments also stay on their old one."""

    onto: str
    keep: bool = False
    force: bool = False
    jobs: int | None = None


@dataclass(frozen=True, slots=True)
class _Plan:
    """One experiment to be run again."""

    old: Experiment
    attempt: Attempt
    note: str | None


def left_behind(project: Project, onto: str) -> list[Experiment]:
    """The experiments whose baseline was rewritten into `onto`."""
    known = list_experiments(project.repo)
    fates = rewritten_commits(project.repo, {one.baseline for one in known})
    return [one for one in known if fates.get(one.baseline) == onto]


def rebase_experiments(
    project: Project,
    experiments: Sequence[Experiment],
    request: RebaseRequest,
    watcher: Watcher = unwatched,
) -> list[RunResult]:
    """Run `experiments` again on `request.onto`; those that succeed leave their old baseline (undoable).

    Raises ExpError before anything runs: a file that was edited on both sides, a name that is taken there.
    """
    author(project.repo)
    with ObjectReader(project.repo) as reader:
        plans = [_plan(project, reader, one, request) for one in experiments if one.baseline != request.onto]
    remarks = read_remarks(project.repo)
    results = []
    run = RunRequest(force=False, jobs=request.jobs)
    with stop_on_signals(None) as stop, open_session(project, run, stop) as session:
        base = session.revisions.commit(request.onto)
        for plan in plans:
            if stop.asked:
                break
            result = run_attempt(_session_for(session, plan, request), plan.attempt, base, watcher)
            results.append(result)
            if result.experiment is not None:
                _settle(project, plan, result.experiment, request, remarks.get(plan.old.commit))
    return results


def _plan(project: Project, reader: ObjectReader, old: Experiment, request: RebaseRequest) -> _Plan:
    new = Experiment(old.name, "", request.onto)
    if read_ref(project.repo, new.ref) is not None and not request.force:
        raise replace_hint(name_taken(old.name))
    commit = reader.commit(old.commit)
    if commit is None or reader.commit(old.baseline) is None:
        raise ExpError(f"'{old.name}' or its baseline {old.baseline[:7]} is not in this repository.")
    said = parse(commit.message)
    paths = _edited(project, reader, old)
    merged = transplant(project.repo, old.baseline, old.commit, request.onto, paths)
    clashes = sorted(set(merged.conflicts) - _overridden(project, said))
    if clashes:
        raise ExpError(
            f"'{old.name}' and the new baseline both changed {', '.join(clashes)}.",
            f"`exp apply {old.name}`, put the files right, then `exp run -n {old.name}`.",
        )
    return _Plan(old, Attempt(old.name, request.onto, merged.tree, said.overrides), _note(old, commit))


def replace_hint(error: ExpError) -> ExpError:
    """The same error with what helps here."""
    return ExpError(error.message, "`-f` replaces it, which can be undone.", error.exit_code)


def _edited(project: Project, reader: ObjectReader, old: Experiment) -> tuple[str, ...]:
    """What a person edited: no outs, no locks."""
    changed = [change.path for change in changed_files(project.repo, old.baseline, old.commit)]
    graph = read_graph(project, TreeFiles(reader, old.commit, project.prefix))
    outs = [out.path for stage in graph.stages.values() if not stage.is_data for out in stage.outs]
    return edited_paths(changed, [posixpath.join(project.prefix, path) for path in outs])


def _overridden(project: Project, said: Trailers) -> set[str]:
    """The params files that get their values from the overrides anyway."""
    files = by_file(parse_overrides(said.overrides)) if said.overrides else {}
    return {posixpath.normpath(posixpath.join(project.prefix, file)) for file in files}


def _note(old: Experiment, commit: Commit) -> str | None:
    """The user's own message, if it has one."""
    first = subject(commit.message)
    made_up = first.startswith((f"exp {old.name}: ", "dvc: commit experiment"))
    return None if made_up else commit.message.partition("\n\nmetrics:\n")[0].partition("\n\nGitexp-")[0]


def _session_for(session: Session, plan: _Plan, request: RebaseRequest) -> Session:
    wanted = RunRequest(name=plan.old.name, message=plan.note, jobs=request.jobs)
    return replace(session, request=wanted, take_edits=False)


def _settle(
    project: Project, plan: _Plan, new: Experiment, request: RebaseRequest, remarked: str | None
) -> None:
    """Remarks go along, and the old one leaves: kept for undo."""
    if remarked is not None:
        remark(project.repo, new, remarked)
    if not request.keep:
        done = [RefMove(new.ref, None, new.commit)]
        move_refs(project.repo, f"rebase {new.name}", [RefMove(plan.old.ref, plan.old.commit, None)], done)
