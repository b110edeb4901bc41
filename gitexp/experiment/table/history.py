"""Experiments one by one, newest first, with their commits: the data of `exp log`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class Log:
    """What the request is for up to its limit, read as it is asked for; how many more there are."""

    found: Iterator[Found]
    left_out: int = 0


def read_log(project: Project, reader: RevisionReader, request: LogRequest) -> Iterator[LogEntry]:
    """Experiments by name, or all of some baselines, newest first; read as they are asked for."""
    return read_entries(reader, find_log(project, reader, request).found)


def read_entries(reader: RevisionReader, found: Iterable[Found]) -> Iterator[LogEntry]:
    """What was found, with what its messages do not tell."""
    for one in found:
        yield LogEntry(one.experiment, one.commit, _changes(reader, one.experiment, one.commit), one.remark)


def find_log(project: Project, reader: RevisionReader, request: LogRequest) -> Log:
    """What the request is for, newest first or as they are named. Of a hundred thousand that nothing is asked
    of but when they were made, no more is read than is wanted.

    Raises ExpError for an unknown name, revision or time.
    """
    chosen = _chosen(project, reader, request)
    remarks = read_remarks(project.repo, {one.commit for one in chosen} if request.names else None)
    asks = request.words is not None or request.author is not None
    reader.ready_for(len(chosen if asks else chosen[: request.limit]))
    if asks:
        chosen = [
            one
            for one in chosen
            if (commit := reader.objects.commit(one.commit)) is not None
            and _fits(request, one, commit, remarks.get(one.commit, ""))
        ]
    if request.paths:
        changed = changing(project, chosen, request.paths)
        chosen = [one for one in chosen if one.commit in changed]
    first = chosen[: request.limit]
    return Log(_read(reader, first, remarks), len(chosen) - len(first))


def _chosen(project: Project, reader: RevisionReader, request: LogRequest) -> list[Experiment]:
    """Those named, in that order, or those of the baselines whose commits are here; made since then."""
    if request.names:
        found = list(dict.fromkeys(find_experiment(project.repo, name) for name in request.names))
        if request.since is None:
            return found
    else:
        baselines = find_baselines(project.repo, reader.objects, request.baselines)
        found = of_root(project.repo, project.prefix, list_experiments(project.repo, baselines))
    times = reader.times([one.commit for one in found])
    known = [(times[one.commit], one.commit, one) for one in found if one.commit in times]
    if not request.names:
        known.sort(key=lambda made: made[:2], reverse=True)
    least = None if request.since is None else seconds_of(project, request.since)
    return [one for when, _, one in known if least is None or when >= least]


def _read(
    reader: RevisionReader, experiments: Sequence[Experiment], remarks: Mapping[str, str]
) -> Iterator[Found]:
    for one in experiments:
        commit = reader.objects.commit(one.commit)
        if commit is not None:
            yield Found(one, commit, remarks.get(one.commit, ""))


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


def _changes(reader: RevisionReader, experiment: Experiment, commit: Commit) -> Comparison | None:
    """DVC's messages say nothing of what was tried, so look for them."""
    if parse(commit.message).name is not None:
        return None
    return compare(reader.commit(experiment.baseline), reader.commit(experiment.commit))
