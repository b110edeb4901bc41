"""What commands that edit or show the pipeline say, as data for JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Literal, TypedDict

from gitexp.experiment.change.stage_remove import Removed
from gitexp.pipeline.edit.stage_add import Added
from gitexp.project.init import Initialized


class InitAnswer(TypedDict):
    """The new project."""

    root: Annotated[str, "absolute"]
    staged: Annotated[list[str], "files that Git knows now, from the root"]


class StageAddedLine(TypedDict):
    """The new stage; with --run, events of `exp repro` follow."""

    event: Literal["stage_added"]
    name: str
    file: str
    gitignores: Annotated[list[str], "that were changed"]
    staged: Annotated[bool, "whether Git knows already, as `core.autostage` asks for"]


class StagesRemoved(TypedDict):
    """Stages that are gone."""

    names: list[str]
    changed: Annotated[list[str], "files that were edited"]
    deleted: Annotated[list[str], "files in which nothing was left"]
    outs: Annotated[list[str], "removed with --outs"]
    staged: bool


class FrozenAnswer(TypedDict):
    """Stages frozen or let go."""

    frozen: bool
    changed: Annotated[list[str], "files that were edited; none: it was so already"]


class DagNode(TypedDict):
    name: str
    needs: Annotated[list[str], "the nodes right upstream"]


class DagAnswer(TypedDict):
    """The graph; with --outs of outputs, else of stages."""

    nodes: list[DagNode]


def init_data(done: Initialized) -> InitAnswer:
    return {"root": str(done.root), "staged": list(done.staged)}


def added_line(added: Added) -> StageAddedLine:
    return {
        "event": "stage_added",
        "name": added.name,
        "file": added.manifest,
        "gitignores": list(added.gitignores),
        "staged": added.staged,
    }


def removed_data(removed: Removed) -> StagesRemoved:
    return {
        "names": list(removed.names),
        "changed": list(removed.changed),
        "deleted": list(removed.deleted),
        "outs": list(removed.outs),
        "staged": removed.staged,
    }


def frozen_data(changed: Sequence[str], frozen: bool) -> FrozenAnswer:
    return {"frozen": frozen, "changed": list(changed)}


def dag_data(nodes: Iterable[str], parents: Mapping[str, Iterable[str]]) -> DagAnswer:
    return {"nodes": [{"name": node, "needs": sorted(parents.get(node, ()))} for node in nodes]}
