"""What `exp add`, `checkout`, `commit`, `move` and the like did, as data for JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict

from gitexp.experiment.data.add import AddResult
from gitexp.experiment.data.checkout import Brought
from gitexp.experiment.data.commit import Committed
from gitexp.experiment.data.remove import Untracked
from gitexp.screen.data.share_answer import ShareAnswer


class AddedData(TypedDict):
    path: str
    file: Annotated[str, "the .dvc file that tracks it"]
    md5: str
    size: Annotated[int | None, "bytes"]
    nfiles: Annotated[int | None, "of a folder"]
    changed: Annotated[bool, "false: it was tracked with this content already"]


class AddAnswer(TypedDict):
    """What was added."""

    added: list[AddedData]
    written: Annotated[list[str], "files for Git"]
    staged: Annotated[bool, "whether Git knows already, as `core.autostage` asks for"]


class BroughtData(TypedDict):
    path: str
    change: Annotated[str, "added, modified or relinked"]


class CheckoutAnswer(TypedDict):
    """What was changed in the workspace."""

    changed: list[BroughtData]
    missing: Annotated[list[str], "not in the cache, left as they were: exit code 1"]
    outside: Annotated[list[str], "lead out of the repository, left alone"]


class PullAnswer(ShareAnswer, CheckoutAnswer):
    """What came from the remote, and what was changed in the workspace."""


class CommitAnswer(TypedDict):
    """What was recorded."""

    stages: list[str]
    written: Annotated[list[str], "lock, .dvc and .gitignore files that changed"]


class UntrackedAnswer(TypedDict):
    """What was moved, or is no longer tracked."""

    paths: list[str]
    files: Annotated[list[str], "files that Git should hear of"]
    outs: Annotated[list[str], "data removed from the workspace"]
    staged: bool


class UnprotectAnswer(TypedDict):
    """What can be edited now."""

    paths: list[str]


def add_data_json(result: AddResult) -> AddAnswer:
    added: list[AddedData] = [
        {
            "path": one.path,
            "file": one.file,
            "md5": one.hash.value,
            "size": one.hash.size,
            "nfiles": one.hash.nfiles,
            "changed": one.changed,
        }
        for one in result.added
    ]
    return {"added": added, "written": list(result.written), "staged": result.staged}


def checkout_json(brought: Brought) -> CheckoutAnswer:
    changed: list[BroughtData] = [
        {"path": path, "change": change.name.lower()} for change, path in brought.changes
    ]
    return {"changed": changed, "missing": list(brought.missing), "outside": list(brought.outside)}


def commit_json(committed: Committed) -> CommitAnswer:
    return {"stages": list(committed.stages), "written": list(committed.written)}


def untracked_json(done: Untracked) -> UntrackedAnswer:
    return {
        "paths": list(done.paths),
        "files": list(done.files),
        "outs": list(done.outs),
        "staged": done.staged,
    }
