"""Several DVC projects in one Git repository: which of them an experiment belongs to."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence

from gitexp.experiment.experiment import Experiment
from gitexp.git.bulk_objects import MANY, BulkReader
from gitexp.git.index import tracked_among
from gitexp.git.objects import ObjectReader
from gitexp.git.repo import Repo
from gitexp.git.restore import changed_paths

_RECORDS = ("dvc.lock", "dvc.yaml")


def has_many_roots(repo: Repo) -> bool:
    """Whether Git tracks more than one DVC project."""
    return len(_roots(repo)) > 1


def of_root(repo: Repo, prefix: str, experiments: Sequence[Experiment]) -> list[Experiment]:
    """Those of `experiments` that belong to the DVC root at `prefix` ('' is the Git root).

    Ours say it in a trailer; one of DVC belongs where a dvc.lock or dvc.yaml changed, else where anything
    did, and to all if nothing did.
    """
    roots = {prefix, *_roots(repo)} if experiments else set()
    if len(roots) < 2:
        return list(experiments)
    owners = _trailers(repo, experiments)
    foreign = [one.commit for one in experiments if one.commit not in owners]
    changed = changed_paths(repo, foreign)
    return [
        one
        for one in experiments
        if prefix in ({owners[one.commit]} if one.commit in owners else _touched(changed[one.commit], roots))
    ]


def _roots(repo: Repo) -> set[str]:
    found = tracked_among(repo, [":(glob)**/.dvc/config"], literal=False)
    return {posixpath.dirname(posixpath.dirname(path)) for path in found}


def _trailers(repo: Repo, experiments: Sequence[Experiment]) -> Mapping[str, str]:
    """Commit -> root, of the experiments that say it."""
    reader = (BulkReader if len(experiments) > MANY else ObjectReader)(repo)
    with reader:
        commits = reader.commits(one.commit for one in experiments)
    found = {oid: _said(commit.message) for oid, commit in commits.items()}
    return {oid: said for oid, said in found.items() if said is not None}


def _said(message: str) -> str | None:
    """The DVC root that a message names; None if the experiment is not ours. See message.py for its shape."""
    lines = message.rstrip().rpartition("\n\n")[2].split("\n")
    if not any(line.startswith("Gitexp-Name: ") for line in lines):
        return None
    named = [line.removeprefix("Gitexp-Project: ") for line in lines if line.startswith("Gitexp-Project: ")]
    return named[0] if named and named[0] != "." else ""


def _touched(changed: Sequence[str], roots: set[str]) -> set[str]:
    """The roots around what an experiment changed."""
    records = [path for path in changed if posixpath.basename(path) in _RECORDS]
    return {_root_around(path, roots) for path in records or changed} or roots


def _root_around(path: str, roots: set[str]) -> str:
    while path and path not in roots:
        path = posixpath.dirname(path)
    return path
