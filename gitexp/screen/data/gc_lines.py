"""What `exp gc` would free or has freed, in words and as data for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypedDict

from gitexp.experiment.data.garbage import Garbage
from gitexp.experiment.data.gc import RemoteGarbage
from gitexp.experiment.data.leftovers import Leftovers, Piece
from gitexp.experiment.operations import KEPT_DAYS
from gitexp.screen.cells import one_line, plural, size_text


def gc_lines(garbage: Garbage, there: RemoteGarbage | None) -> list[str]:
    """For stdout: a line for each kind of thing that nothing needs."""
    kinds: list[tuple[str, Sequence[Piece]]] = [
        ("object", garbage.objects),
        ("run of the run cache", garbage.runs),
        ("half-written file", garbage.temps),
        ("old log", garbage.logs),
    ]
    lines = [_line(name, pieces) for name, pieces in kinds if pieces]
    lines += _leftover_lines(garbage.leftovers)
    if there is not None and there.objects:
        where = one_line(there.remote.url)
        lines.append(f"  {plural(len(there.objects), 'object')} on {where} ({size_text(there.size)})")
    if there is not None and there.unfinished:
        count = plural(len(there.unfinished), "unfinished upload")
        lines.append(f"  {count} on {one_line(there.remote.url)}, more than a day old")
    if garbage.busy:
        lines.append("A run is at work: what is younger than it, and what the run cache names, stays.")
    return lines


def _leftover_lines(left: Leftovers) -> list[str]:
    lines = []
    if left.worktrees:
        lines.append(_line("worktree left by killed or no runs", left.worktrees))
    if left.expired:
        count = max(len(left.expired.files), len(left.expired.refs))
        lines.append(f"  {plural(count, 'undo')} of more than {KEPT_DAYS} days")
    if left.caches:
        lines.append(_line("old cache file", left.caches))
    return lines


def _line(name: str, pieces: Sequence[Piece]) -> str:
    count = len(pieces)
    first, *rest = name.split(" ")
    is_phrase = len(rest) > 1
    many = " ".join([f"{first}s", *rest]) if is_phrase else f"{name}s"
    return f"  {count} {name if count == 1 else many} ({size_text(sum(piece.size for piece in pieces))})"


class GcAnswer(TypedDict):
    """What went, or would go."""

    removed: Annotated[bool, "false: it would go, as --dry asked"]
    size: Annotated[int, "bytes, here and on the remote"]
    objects: int
    runs: Annotated[int, "entries of the run cache"]
    temporary: int
    logs: int
    worktrees: Annotated[int, "of the pool, left by killed runs or long unused"]
    undo: Annotated[int, "operations that were kept long enough"]
    undo_refs: Annotated[int, "refs that kept commits for them"]
    caches: Annotated[int, "files of ours that nothing reads any more"]
    remote_objects: int
    remote_unfinished: Annotated[int, "what pushes that were killed left on the remote"]
    busy: Annotated[bool, "something runs: what it may need was kept"]


def gc_json(garbage: Garbage, there: RemoteGarbage | None, removed: bool) -> GcAnswer:
    return {
        "removed": removed,
        "size": garbage.size + (there.size if there else 0),
        "objects": len(garbage.objects),
        "runs": len(garbage.runs),
        "temporary": len(garbage.temps),
        "logs": len(garbage.logs),
        "worktrees": len(garbage.leftovers.worktrees),
        "undo": len(garbage.leftovers.expired.files),
        "undo_refs": len(garbage.leftovers.expired.refs),
        "caches": len(garbage.leftovers.caches),
        "remote_objects": len(there.objects) if there else 0,
        "remote_unfinished": len(there.unfinished) if there else 0,
        "busy": garbage.busy,
    }
