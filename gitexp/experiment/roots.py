"""Several DVC projects in one Git repository: which of them an experiment belongs to."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from gitexp.experiment.experiment import Experiment
from gitexp.experiment.message import parse
from gitexp.git.ignore import list_files
from gitexp.git.objects import ObjectReader
from gitexp.git.repo import Repo
from gitexp.git.restore import changed_files


def of_root(repo: Repo, prefix: str, experiments: Sequence[Experiment]) -> list[Experiment]:
    """Those of `experiments` that belong to the DVC root at `prefix` ('' is the Git root).

    Ours say it in a trailer; one of DVC belongs where it changed something, and to all if it changed nothing.
    """
    roots = {
        posixpath.dirname(posixpath.dirname(path)) for path in list_files(repo, [":(glob)**/.dvc/config"])
    }
    if len(roots) < 2:
        return list(experiments)
    with ObjectReader(repo) as reader:
        return [one for one in experiments if prefix in _roots_of(repo, reader, one, roots)]


def _roots_of(repo: Repo, reader: ObjectReader, experiment: Experiment, roots: set[str]) -> set[str]:
    commit = reader.commit(experiment.commit)
    trailers = parse(commit.message) if commit else None
    if trailers and trailers.name is not None:
        return {trailers.project or ""}
    if reader.commit(experiment.baseline) is None:
        return roots
    changes = changed_files(repo, experiment.baseline, experiment.commit)
    return {_root_around(change.path, roots) for change in changes} or roots


def _root_around(path: str, roots: set[str]) -> str:
    while path and path not in roots:
        path = posixpath.dirname(path)
    return path
