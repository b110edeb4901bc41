"""What revisions, named by the user, hold: the data behind every diff."""

from __future__ import annotations

from collections.abc import Sequence

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.environment.probe import EnvironmentProbe
from gitexp.experiment.environment.record import Environment
from gitexp.experiment.environment.refs import read_environment
from gitexp.experiment.find import resolve_commit
from gitexp.experiment.record import Values
from gitexp.experiment.table.table import WORKSPACE, RevisionReader
from gitexp.git.command import run_git
from gitexp.project import Project


@dataclass(frozen=True, slots=True)
class Revised:
    """What a revision holds, and what its run found around it where that is recorded and here; for the
    workspace, what a run would find now.
    """

    values: Values
    environment: Environment | None


def read_revised(project: Project, revs: Sequence[str]) -> list[Revised]:
    """Each revision, 'workspace' being one.

    Raises ExpError when a revision is unknown or its pipeline can't be read.
    """
    with RevisionReader(project) as reader:
        return [_revised(project, reader, rev) for rev in revs]


def _revised(project: Project, reader: RevisionReader, rev: str) -> Revised:
    if rev == WORKSPACE:
        return Revised(_told(reader.workspace(), rev), EnvironmentProbe(project).now())
    oid = resolve_commit(project.repo, rev)
    commit = reader.objects.commit(oid)
    environment = read_environment(reader.objects, commit.message) if commit else None
    return Revised(_told(reader.commit(oid), rev), environment)


def read_code_diff(project: Project, old: str, new: str, colour: bool) -> list[str]:
    """The lines of `git diff` between two revisions, without dvc.lock: `exp diff --data` reads that.

    Raises ExpError when a revision is unknown.
    """
    commits = [resolve_commit(project.repo, rev) for rev in (old, new) if rev != WORKSPACE]
    backwards = ["-R"] if old == WORKSPACE else []
    colours = "--color=always" if colour else "--color=never"
    only = [".", ":(exclude,glob)**/dvc.lock"]
    asked = run_git(project.root, "diff", "--no-ext-diff", colours, *backwards, *commits, "--", *only)
    return asked.out.decode("utf-8", "replace").splitlines()


def _read(project: Project, reader: RevisionReader, rev: str) -> Values:
    values = reader.workspace() if rev == WORKSPACE else reader.commit(resolve_commit(project.repo, rev))
    return _told(values, rev)


def _told(values: Values, rev: str) -> Values:
    if values.error is not None:
        raise ExpError(f"{rev}: {values.error}")
    return values
