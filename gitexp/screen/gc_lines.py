"""What `exp gc` would free or has freed, in words and as data for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypedDict

from gitexp.experiment.garbage import Garbage, Piece
from gitexp.experiment.gc import RemoteGarbage
from gitexp.screen.cells import one_line, plural
from gitexp.screen.data_lines import size_text


def gc_lines(garbage: Garbage, there: RemoteGarbage | None) -> list[str]:
    """For stdout: a line for each kind of thing that nothing needs."""
    kinds: list[tuple[str, Sequence[Piece]]] = [
        ("object", garbage.objects),
        ("run of the run cache", garbage.runs),
        ("half-written file", garbage.temps),
        ("old log", garbage.logs),
    ]
    lines = [_line(name, pieces) for name, pieces in kinds if pieces]
    if there is not None and there.objects:
        where = one_line(there.remote.url)
        lines.append(f"  {plural(len(there.objects), 'object')} on {where} ({size_text(there.size)})")
    if garbage.busy:
        lines.append("A run is at work: what is younger than it, and what the run cache names, stays.")
    return lines


def _line(name: str, pieces: Sequence[Piece]) -> str:
    count = len(pieces)
    word = name if count == 1 else "runs of the run cache" if name.startswith("run ") else f"{name}s"
    return f"  {count} {word} ({size_text(sum(piece.size for piece in pieces))})"


class GcAnswer(TypedDict):
    """What went, or would go."""

    removed: Annotated[bool, "false: it would go, as --dry asked"]
    size: Annotated[int, "bytes, here and on the remote"]
    objects: int
    runs: Annotated[int, "entries of the run cache"]
    temporary: int
    logs: int
    remote_objects: int
    busy: Annotated[bool, "something runs: what it may need was kept"]


def gc_json(garbage: Garbage, there: RemoteGarbage | None, removed: bool) -> GcAnswer:
    return {
        "removed": removed,
        "size": garbage.size + (there.size if there else 0),
        "objects": len(garbage.objects),
        "runs": len(garbage.runs),
        "temporary": len(garbage.temps),
        "logs": len(garbage.logs),
        "remote_objects": len(there.objects) if there else 0,
        "busy": garbage.busy,
    }
