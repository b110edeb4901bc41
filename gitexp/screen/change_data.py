"""What commands that change experiments or the workspace did, as data for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, TypedDict

from gitexp.experiment.change.apply import Applied
from gitexp.experiment.experiment import Experiment


class BranchAnswer(TypedDict):
    """The branch that was made."""

    name: str
    rev: str | None
    ref: str


class RemovedData(TypedDict):
    """`rev`, `baseline` and `ref` are null of what was no experiment yet, but queued or failed."""

    name: str
    rev: str | None
    baseline: str | None
    ref: str | None


class RemoveAnswer(TypedDict):
    """What was removed; `exp undo` brings experiments back."""

    removed: list[RemovedData]


class SavedFile(TypedDict):
    path: str
    md5: Annotated[str, "its content, in the cache"]


class AppliedData(TypedDict):
    name: Annotated[str | None, "null of a commit that is no experiment"]
    rev: str
    changed: Annotated[list[str], "files that Git knows, from the root of the repository"]
    data: Annotated[list[str], "cached outs that changed"]
    kept: Annotated[str | None, "a ref that has what was overwritten: `exp apply` brings it back"]
    saved: Annotated[list[SavedFile], "data that was only here"]
    missing: Annotated[list[str], "not in the cache, left as they were"]
    outside: Annotated[list[str], "lead out of the repository, left alone"]


class ApplyAnswer(AppliedData):
    """What the workspace is now."""


class AppliedLine(AppliedData):
    """With `exp run --apply`: what the workspace is now."""

    event: Literal["applied"]


class NoteAnswer(TypedDict):
    """The remark on an experiment, as it is now."""

    name: str
    rev: str
    note: str | None


class CleanAnswer(TypedDict):
    """How much was swept."""

    worktrees: Annotated[int, "left behind by killed runs"]
    undos: Annotated[int, "kept long enough"]


class DemoAnswer(TypedDict):
    """The project that was laid down."""

    root: str
    best: Annotated[str | None, "the experiment with the best accuracy"]
    seconds: float


def branch_data(name: str, rev: str | None, ref: str) -> BranchAnswer:
    return {"name": name, "rev": rev, "ref": ref}


def remove_data(unfinished: Sequence[str], removed: Sequence[Experiment]) -> RemoveAnswer:
    others: list[RemovedData] = [
        {"name": name, "rev": None, "baseline": None, "ref": None} for name in unfinished
    ]
    experiments: list[RemovedData] = [
        {"name": one.name, "rev": one.commit, "baseline": one.baseline, "ref": one.ref} for one in removed
    ]
    return {"removed": [*others, *experiments]}


def apply_data(applied: Applied) -> AppliedData:
    return {
        "name": applied.experiment.name if applied.experiment else None,
        "rev": applied.commit,
        "changed": list(applied.changed),
        "data": list(applied.data.changed),
        "kept": applied.kept,
        "saved": [{"path": path, "md5": found.value} for path, found in applied.data.saved],
        "missing": list(applied.data.missing),
        "outside": list(applied.data.outside),
    }


def applied_line(applied: Applied) -> AppliedLine:
    return {"event": "applied", **apply_data(applied)}
