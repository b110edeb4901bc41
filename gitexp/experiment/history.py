"""Experiments one by one, newest first, with their commits: the data of `exp log`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gitexp.errors import ExpError
from gitexp.experiment.baselines import Baselines, find_baselines
from gitexp.experiment.compare import Comparison, compare
from gitexp.experiment.experiment import Experiment
from gitexp.experiment.failed import FailedRun, failed_runs
from gitexp.experiment.find import find_experiment, list_experiments
from gitexp.experiment.lost_runs import keep_lost_runs
from gitexp.experiment.message import parse
from gitexp.experiment.notes import read_remarks
from gitexp.experiment.roots import of_root
from gitexp.experiment.table import RevisionReader
from gitexp.git.command import run_git
from gitexp.git.objects import Commit, ObjectReader
from gitexp.project import Project


@dataclass(frozen=True, slots=True)
class LogEntry:
    """`changes` against the baseline are there when the commit's own message does not tell them.

    `remark` is what a person wrote on the experiment.
    """

    experiment: Experiment
    commit: Commit
    changes: Comparison | None = None
    remark: str = ""


def read_log(
    project: Project,
    reader: RevisionReader,
    names: Sequence[str],
    baselines: Baselines,
    limit: int | None = None,
    words: str | None = None,
) -> Iterator[LogEntry]:
    """Experiments by name, or all of some baselines, newest first; read as they are asked for.

    With `words` only those whose name, message or remark has them, in whatever case.
    Raises ExpError for an unknown name or revision.
    """
    found = [find_experiment(project.repo, name) for name in names] or _all(project, reader, baselines)
    commits = reader.objects.commits(one.commit for one in found)
    known = [(one, commits[one.commit]) for one in dict.fromkeys(found) if one.commit in commits]
    if not names:
        known.sort(key=lambda pair: (pair[1].time, pair[0].commit), reverse=True)
    remarks = read_remarks(project.repo)
    if words is not None:
        known = [pair for pair in known if _has(words, *pair, remarks.get(pair[1].oid, ""))]
    for experiment, commit in known[:limit]:
        changes = _changes(reader, experiment, commit)
        yield LogEntry(experiment, commit, changes, remarks.get(commit.oid, ""))


def _has(words: str, experiment: Experiment, commit: Commit, remark: str) -> bool:
    return any(words.lower() in text.lower() for text in (experiment.name, commit.message, remark))


def read_failed(
    project: Project, objects: ObjectReader, names: Sequence[str], baselines: Baselines, limit: int | None
) -> list[FailedRun]:
    """Failed and interrupted runs, newest first: those named, or those of some baselines.

    Raises ExpError for a name that no failed run has.
    """
    keep_lost_runs(project)
    chosen = None if names else find_baselines(project.repo, objects, baselines)
    runs = [run for run in failed_runs(project.repo, objects, chosen) if not names or run.name in names]
    unknown = sorted(set(names) - {run.name for run in runs})
    if unknown:
        raise ExpError(f"no failed run is called {', '.join(unknown)}.")
    return sorted(runs, key=lambda run: run.kept.stamp, reverse=True)[:limit]


def _all(project: Project, reader: RevisionReader, baselines: Baselines) -> list[Experiment]:
    found = list_experiments(project.repo, find_baselines(project.repo, reader.objects, baselines))
    return of_root(project.repo, project.prefix, found)


def _changes(reader: RevisionReader, experiment: Experiment, commit: Commit) -> Comparison | None:
    """DVC's messages say nothing of what was tried, so look for them."""
    if parse(commit.message).name is not None:
        return None
    return compare(reader.commit(experiment.baseline), reader.commit(experiment.commit))


def read_patch(project: Project, experiment: Experiment, colour: bool) -> Iterable[str]:
    """The lines of `git diff` from the baseline to the experiment."""
    asked = run_git(
        project.repo.work_tree,
        "diff",
        "--no-ext-diff",
        "--color=always" if colour else "--color=never",
        experiment.baseline,
        experiment.commit,
        "--",
    )
    return asked.out.decode("utf-8", "replace").splitlines()
