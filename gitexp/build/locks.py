"""The locks of a whole root: read before a build, written after it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from gitexp.atomic import write_atomic
from gitexp.build.cloud_versions import recorded_hash
from gitexp.content import Hash
from gitexp.pipeline.dotdvc import read_dvc_file, write_dvc_file
from gitexp.pipeline.graph import Graph
from gitexp.pipeline.lock import LockEntry
from gitexp.pipeline.lockfile import merge_lock, read_lock
from gitexp.pipeline.parse_cache import ParseCache
from gitexp.pipeline.source import Files
from gitexp.pipeline.stage import Out, Stage

Locks = Mapping[str, LockEntry]  # by stage address

# What a build has to write: lock file (or .dvc file) -> stage name -> its new entry.
NewEntries = Mapping[str, Mapping[str, LockEntry]]


def read_locks(graph: Graph, files: Files, cache: ParseCache | None = None) -> dict[str, LockEntry]:
    """The recorded entry of every stage that has one; of a .dvc file, what it tracks.

    Raises ExpError for a lock file that can't be read.
    """
    by_file: dict[str, dict[str, LockEntry]] = {}
    found = {}
    for stage in graph.stages.values():
        if stage.lock_file not in by_file:
            by_file[stage.lock_file] = _read(stage, files, cache)
        entry = by_file[stage.lock_file].get(stage.name)
        if entry is not None:
            found[stage.address] = entry
    return found


def write_locks(root: Path, entries: NewEntries) -> tuple[str, ...]:
    """Merge new entries into their files; the files whose bytes changed, relative to `root`."""
    return tuple(file for file, stages in entries.items() if _write(root, file, stages))


def locked_outs(stage: Stage, entry: LockEntry | None) -> Iterator[tuple[Out, Hash]]:
    """The outs of a stage that its entry has a hash for."""
    if entry is None:
        return
    known = {locked.path: recorded_hash(locked) for locked in entry.outs}
    for out in stage.outs:
        found = known.get(out.written)
        if found is not None:
            yield out, found


def _read(stage: Stage, files: Files, cache: ParseCache | None) -> dict[str, LockEntry]:
    text = files.read(stage.lock_file)
    if text is None:
        return {}
    if stage.is_data:
        return {stage.name: read_dvc_file(text, stage.file).locked}
    return read_lock(text, stage.lock_file, cache)


def lock_text(old: bytes | None, file: str, stages: Mapping[str, LockEntry]) -> bytes:
    """What a lock file or .dvc file that is `old` becomes with new entries."""
    if file.endswith(".dvc"):
        return write_dvc_file(old, stages[file], file)
    return merge_lock(old, stages, file)


def _write(root: Path, file: str, stages: Mapping[str, LockEntry]) -> bool:
    path = root / file
    try:
        old = path.read_bytes()
    except FileNotFoundError:
        old = None
    new = lock_text(old, file, stages)
    if new == old:
        return False
    write_atomic(path, new)
    return True
