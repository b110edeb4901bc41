"""Refs outside refs/exps/ that keep commits from `git gc`: removed, failed, overwritten.

    refs/gitexp/removed/<baseline>/<name>/<stamp>    experiments that were removed or overwritten
    refs/gitexp/failed/<baseline>/<name>/<stamp>     what a failed or interrupted run left
    refs/gitexp/begun/<baseline>/<name>/<stamp>      the tree that it began with, to run it again
    refs/gitexp/kept/<stamp>                         the workspace before `exp apply` overwrote some of it
    refs/gitexp/before/<stamp>                       the same where nothing of it would be lost, for undo
    refs/gitexp/environments/<id>                    what runs ran in, a blob (see environment_refs)
    refs/gitexp/applied                              the experiment that the workspace was last made equal to

They are nobody's branch, so each can be given to `exp apply`, `git show` or `git branch` without its 'refs/'.
"""

from __future__ import annotations

import time
from itertools import count

from gitexp.dataclass import dataclass
from gitexp.experiment.experiment import Experiment
from gitexp.git.refs import Ref, list_refs
from gitexp.git.repo import Repo

REMOVED = "refs/gitexp/removed/"
FAILED = "refs/gitexp/failed/"
BEGUN = "refs/gitexp/begun/"
WORKSPACES = "refs/gitexp/kept/"
BEFORE = "refs/gitexp/before/"
APPLIED = "refs/gitexp/applied"

_sequence = count()


@dataclass(frozen=True, slots=True)
class Kept:
    """A commit kept under `ref`: what was an experiment, or would have become one."""

    ref: str
    commit: str
    baseline: str
    name: str
    stamp: str

    @property
    def short_ref(self) -> str:
        """The ref as Git and `exp apply` understand it."""
        return self.ref.removeprefix("refs/")


def stamp() -> str:
    """A moment as part of a ref: UTC, to the microsecond, unlike any other of this process."""
    now = time.time()
    moment = time.strftime("%Y%m%dT%H%M%S", time.gmtime(now))
    return f"{moment}.{int(now % 1 * 1_000_000):06}-{next(_sequence)}"


def removed_ref(experiment: Experiment) -> str:
    return f"{REMOVED}{experiment.baseline}/{experiment.name}/{stamp()}"


def new_failed(baseline: str, name: str, commit: str) -> Kept:
    """What is to be kept of a run that fails now."""
    moment = stamp()
    return Kept(f"{FAILED}{baseline}/{name}/{moment}", commit, baseline, name, moment)


def begun_ref(failed: Kept) -> str:
    """The ref of the tree that a failed run began with."""
    return BEGUN + failed.ref.removeprefix(FAILED)


def workspace_ref() -> str:
    return f"{WORKSPACES}{stamp()}"


def before_ref() -> str:
    return f"{BEFORE}{stamp()}"


def list_kept(repo: Repo, prefix: str) -> list[Kept]:
    """What is kept under REMOVED or FAILED, oldest first."""
    found = [_kept(ref, prefix) for ref in list_refs(repo, prefix)]
    return sorted((kept for kept in found if kept is not None), key=lambda kept: kept.stamp)


def _kept(ref: Ref, prefix: str) -> Kept | None:
    parts = ref.name.removeprefix(prefix).split("/")
    if len(parts) != 3:
        return None
    baseline, name, moment = parts
    return Kept(ref.name, ref.oid, baseline, name, moment)
