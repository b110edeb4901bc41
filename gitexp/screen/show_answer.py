"""What `exp show --json` holds, in DVC's layout: the types of what show_data writes as text."""

from __future__ import annotations

from typing import Annotated, TypedDict

from gitexp.content import Value


class ShowError(TypedDict):
    msg: str | None
    type: str


class FileError(TypedDict):
    type: str
    msg: str


class FileData(TypedDict, total=False):
    """A params or metrics file: its data, or why there is none."""

    data: Value
    error: FileError


class HashData(TypedDict):
    hash: str | None
    size: int | None
    nfiles: int | None


class OutData(HashData):
    use_cache: bool
    is_data_source: bool


class NoteData(TypedDict, total=False):
    note: Annotated[str, "what `exp note` wrote"]


class RowData(TypedDict):
    rev: str
    timestamp: str | None
    params: dict[str, FileData]
    metrics: dict[str, FileData]
    deps: dict[str, HashData]
    outs: dict[str, OutData]
    meta: NoteData


class ExecutorData(TypedDict):
    state: str
    name: str | None
    local: Value


class RangeData(TypedDict):
    """One experiment: DVC has checkpoints in mind, so its row is in a list."""

    revs: list[StateData]
    executor: ExecutorData | None
    name: str | None


class StateData(TypedDict):
    """The workspace, a commit with its experiments, or an experiment."""

    rev: str
    name: str | None
    data: RowData | None
    error: ShowError | None
    experiments: list[RangeData] | None
