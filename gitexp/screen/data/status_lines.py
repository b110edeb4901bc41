"""Data status and data diff: in words, and as DVC's JSON (formats.md 13)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict, cast

from gitexp.experiment.data.listing import Difference, Listing
from gitexp.experiment.data.status import DataDiff, DataStatus
from gitexp.pipeline.stage import Value
from gitexp.screen.cells import one_line


def status_lines(status: DataStatus, unchanged: bool) -> list[str]:
    """For stdout: a section for each kind of difference, with what to do about it."""
    sections = [
        _section("Not in the cache", "`exp data fetch` brings it", status.not_in_cache),
        _section("Not on the remote", "`exp data push` sends it", status.not_in_remote),
        _changes("Changed since HEAD", "commit the .dvc and lock files with Git", status.committed),
        _changes(
            "Changed in the workspace",
            "`exp add` or `exp commit` keeps it, `exp checkout` undoes it",
            status.uncommitted,
        ),
        _section("Untracked", "`exp add` tracks it", status.untracked),
        _section("Unchanged", "", status.unchanged if unchanged else ()),
    ]
    lines = [line for section in sections if section for line in ("", *section)]
    return lines[1:] or ["No data has changed."]


def _section(title: str, advice: str, paths: Sequence[str]) -> list[str]:
    return [_title(title, advice), *(f"  {one_line(path)}" for path in paths)] if paths else []


def _changes(title: str, advice: str, difference: Difference) -> list[str]:
    kinds = [("modified", difference.modified), ("added", difference.added), ("deleted", difference.deleted)]
    lines = [f"  {kind}: {one_line(path)}" for kind, paths in kinds for path in paths]
    return [_title(title, advice), *lines] if lines else []


def _title(title: str, advice: str) -> str:
    return f"{title} ({advice}):" if advice else f"{title}:"


class DiffItem(TypedDict, total=False):
    path: Value
    hash: Value


DataDiffAnswer = TypedDict(
    "DataDiffAnswer",
    {
        "added": list[DiffItem],
        "deleted": list[DiffItem],
        "modified": list[DiffItem],
        "renamed": list[DiffItem],
        "not in cache": list[DiffItem],
    },
)


class ChangedKinds(TypedDict, total=False):
    modified: list[str]
    added: list[str]
    deleted: list[str]


class DataStatusAnswer(TypedDict, total=False):
    """Only what is not empty."""

    not_in_cache: list[str]
    not_in_remote: list[str]
    committed: ChangedKinds
    uncommitted: ChangedKinds
    untracked: list[str]
    unchanged: list[str]


def status_json(status: DataStatus, unchanged: bool) -> DataStatusAnswer:
    data = {
        "not_in_cache": list(status.not_in_cache),
        "not_in_remote": list(status.not_in_remote),
        "committed": _kinds(status.committed),
        "uncommitted": _kinds(status.uncommitted),
        "untracked": list(status.untracked),
        "unchanged": list(status.unchanged) if unchanged else [],
    }
    return cast("DataStatusAnswer", {key: value for key, value in data.items() if value})


def _kinds(difference: Difference) -> Value:
    kinds = {"modified": difference.modified, "added": difference.added, "deleted": difference.deleted}
    return {kind: paths for kind, paths in kinds.items() if paths}


def diff_lines(diff: DataDiff, hashes: bool) -> list[str]:
    """For stdout, like `git diff --name-status`: a letter and the path, then hashes if asked for."""
    found = diff.difference
    lines = [
        *(f"A\t{_with(path, diff.new, hashes)}" for path in found.added),
        *(f"D\t{_with(path, diff.old, hashes)}" for path in found.deleted),
        *(f"M\t{_both(path, diff, hashes)}" for path in found.modified),
        *(f"R\t{one_line(one.old)} -> {one_line(one.new)}" for one in found.renamed),
        *(f"!\t{one_line(path)} is not in the cache" for path in diff.not_in_cache),
    ]
    return lines or ["No data differs."]


def _with(path: str, listing: Listing, hashes: bool) -> str:
    return f"{one_line(path)}\t{listing[path]}" if hashes else one_line(path)


def _both(path: str, diff: DataDiff, hashes: bool) -> str:
    return f"{one_line(path)}\t{diff.old[path]}..{diff.new[path]}" if hashes else one_line(path)


def diff_json(diff: DataDiff, hashes: bool) -> DataDiffAnswer:
    """DVC's `diff --json`; with `hashes` its `--show-hash`."""
    found = diff.difference
    return {
        "added": [_item(path, diff.new.get(path), hashes) for path in found.added],
        "deleted": [_item(path, diff.old.get(path), hashes) for path in found.deleted],
        "modified": [
            _item(path, {"old": diff.old[path], "new": diff.new[path]}, hashes) for path in found.modified
        ],
        "renamed": [
            _item({"old": one.old, "new": one.new}, diff.new.get(one.new), hashes) for one in found.renamed
        ],
        "not in cache": [_item(path, value, hashes) for path, value in diff.not_in_cache.items()],
    }


def _item(path: Value, hash: Value, hashes: bool) -> DiffItem:
    return {"path": path, "hash": hash} if hashes else {"path": path}
