"""Experiments one by one, newest first, with their commits: the data of `exp log`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.baselines import Baselines, find_baselines
from gitexp.experiment.environment.refs import read_environment
from gitexp.experiment.experiment import Experiment
from gitexp.experiment.find import find_experiment, list_experiments
from gitexp.experiment.jobs.failed import FailedRun, failed_runs
from gitexp.experiment.jobs.lost_runs import keep_lost_runs
from gitexp.experiment.log_git import changing, seconds_of
from gitexp.experiment.message import parse
from gitexp.experiment.notes import read_remarks
from gitexp.experiment.roots import of_root
from gitexp.experiment.table.compare import Comparison, compare
from gitexp.experiment.table.table import RevisionReader
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


@dataclass(frozen=True, slots=True)
class LogRequest:
    """Which experiments: by name, or all of some baselines that are of an author, since a time, and so on.

    `words` are searched for in name, message and remark, in whatever case; `author` in name and address.
    `since` is a time as Git reads it. `paths`, from the user's folder, are files that an experiment changed.
    """

    names: tuple[str, ...] = ()
    baselines: Baselines = Baselines()
    limit: int | None = None
    words: str | None = None
    author: str | None = None
    since: str | None = None
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """An experiment that is wanted, of which no more is read than its commit and remark."""

    experiment: Experiment
    commit: Commit
    remark: str = ""


def read_log(project: Project, reader: RevisionReader, request: LogRequest) -> Iterator[LogEntry]:
    """Experiments by name, or all of some baselines, newest first; read as they are asked for."""
    return read_entries(reader, find_log(project, reader, request)[: request.limit])


def read_entries(reader: RevisionReader, found: Iterable[Found]) -> Iterator[LogEntry]:
    """What was found, with what its messages do not tell."""
    for one in found:
        yield LogEntry(one.experiment, one.commit, _changes(reader, one.experiment, one.commit), one.remark)


def find_log(project: Project, reader: RevisionReader, request: LogRequest) -> list[Found]:
    """All that the request is for, whatever its limit, newest first or as they are named.

    Raises ExpError for an unknown name, revision or time.
    """
    found = [find_experiment(project.repo, name) for name in request.names] or _all(
        project, reader, request.baselines
    )
    commits = reader.objects.commits(one.commit for one in found)
    known = [(one, commits[one.commit]) for one in dict.fromkeys(found) if one.commit in commits]
    if not request.names:
        known.sort(key=lambda pair: (pair[1].time, pair[0].commit), reverse=True)
    remarks = read_remarks(project.repo, set(commits) if request.names else None)
    known = [pair for pair in known if _fits(request, *pair, remarks.get(pair[1].oid, ""))]
    if request.since is not None:
        least = seconds_of(project, request.since)
        known = [pair for pair in known if pair[1].time >= least]
    if request.paths:
        changed = changing(project, [one for one, _ in known], request.paths)
        known = [pair for pair in known if pair[0].commit in changed]
    return [Found(one, commit, remarks.get(commit.oid, "")) for one, commit in known]


def _fits(request: LogRequest, experiment: Experiment, commit: Commit, remark: str) -> bool:
    author = f"{commit.author_name} <{commit.author_email}>"
    return _has(request.words, experiment.name, commit.message, remark) and _has(request.author, author)


def _has(words: str | None, *texts: str) -> bool:
    return words is None or any(words.lower() in text.lower() for text in texts)


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
    last = sorted(runs, key=lambda run: run.kept.stamp, reverse=True)[:limit]
    return [replace(run, environment=read_environment(objects, run.commit.message)) for run in last]


def _all(project: Project, reader: RevisionReader, baselines: Baselines) -> list[Experiment]:
    found = list_experiments(project.repo, find_baselines(project.repo, reader.objects, baselines))
    return of_root(project.repo, project.prefix, found)


def _changes(reader: RevisionReader, experiment: Experiment, commit: Commit) -> Comparison | None:
    """DVC's messages say nothing of what was tried, so look for them."""
    if parse(commit.message).name is not None:
        return None
    return compare(reader.commit(experiment.baseline), reader.commit(experiment.commit))
