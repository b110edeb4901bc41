"""dvc.lock: read it, and put new entries into it without touching the others.

Stale entries, foreign keys, comments and the order of stages stay: reordering is noise in every diff.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from gitexp.errors import ExpError
from gitexp.pipeline.lock import LockEntry
from gitexp.pipeline.lock_splice import cut_stages, splice_stages
from gitexp.pipeline.locked import entry_of, entry_to_data
from gitexp.pipeline.manifest import Manifest, read_file
from gitexp.pipeline.parse_cache import ParseCache
from gitexp.pipeline.shapes import LOCK, LOCK_ENTRY
from gitexp.pipeline.stage import Value
from gitexp.pipeline.yaml import dump_yaml, parse_yaml

__all__ = ["check_header", "entry_from_data", "entry_to_data", "merge_lock", "read_lock", "without_stages"]

_TOP_KEY = re.compile(
    rb"^([^\s#'\"\-\[{][^:\n]*|'[^'\n]*'|\"[^\"\n]*\"):(?:[ \t]+(.*?))?[ \t]*\r?$", re.MULTILINE
)
_KNOWN = {b"schema", b"datasets", b"stages"}
_VERSIONS = {b"'2.0'", b'"2.0"'}


def check_header(text: bytes, name: str) -> None:
    """Refuse a lock that DVC 3 refuses too, by its top-level keys alone: cheap enough for every load.

    What lies below is checked by read_lock. Raises ExpError.
    """
    keys = {match[1].strip(b"'\""): match for match in _TOP_KEY.finditer(text)}
    schema = keys.get(b"schema")
    if schema is not None and schema[2] in _VERSIONS and keys.keys() <= _KNOWN:
        return
    read_lock(text, name)


def read_lock(text: bytes, name: str, cache: ParseCache | None = None) -> dict[str, LockEntry]:
    """Entries by stage name. Entries of DVC 2, which have no `hash`, read as md5-dos2unix.

    Raises ExpError with the line for anything DVC 3 can't read, also the format of DVC 1 (no `schema`).
    """
    manifest = _known(text, name, cache)
    return {stage: entry_of(data) for stage, data in manifest.data.get("stages", {}).items()}


def _known(text: bytes, name: str, cache: ParseCache | None) -> Manifest:
    """The lock from the cache; else read, and kept there."""
    if cache is None:
        return _read(text, name)
    known = cache.find(text, "lock")
    if known is not None:
        return Manifest(name, text, *known)
    manifest = _read(text, name)
    cache.keep(text, "lock", manifest.data, manifest.lines)
    return manifest


def _read(text: bytes, name: str) -> Manifest:
    if not text.strip():
        raise ExpError(f"{name}: the lock is empty.", "delete it: the next run writes it anew.")
    try:
        manifest = read_file(text, name, LOCK)
    except ExpError as error:
        if b"schema" in text:
            raise
        raise ExpError(
            f"{name}: the lock was written by DVC 1, which newer versions can't read.",
            "run DVC 2 once (`dvc commit`) to convert it, or delete it and run the pipeline again.",
        ) from error
    if manifest.data and manifest.data["schema"] != "2.0":
        raise manifest.error(("schema",), f"expected schema '2.0', got '{manifest.data['schema']}'")
    return manifest


def entry_from_data(data: Value, where: str) -> LockEntry:
    """An entry that stands alone, such as a file of the run cache. `where` is how the error calls it."""
    problem = LOCK_ENTRY.problem(data, ())
    if problem is not None:
        raise ExpError(f"{where}: {problem.message}.")
    return entry_of(data)


def merge_lock(old: bytes | None, entries: Mapping[str, LockEntry], name: str = "dvc.lock") -> bytes:
    """The lock with `entries` put in: known stages in their place, new ones at the end.

    The text of all other stages stays as it is; `old` comes back unchanged when it says all of that already.
    Raises ExpError when `old` can't be read.
    """
    if not old:
        return dump_yaml(
            {"schema": "2.0", "stages": {n: entry_to_data(entry) for n, entry in entries.items()}}
        )
    manifest = _read(old, name)
    stages: dict[str, Value] = manifest.data.get("stages", {})
    changed = {
        stage: new
        for stage, new in ((stage, entry_to_data(entry)) for stage, entry in entries.items())
        if stage not in stages or entry_to_data(entry_of(stages[stage])) != new
    }
    if not changed:
        return old
    whole = {**manifest.data, "stages": {**stages, **changed}}
    spliced = splice_stages(manifest, changed)
    if spliced is not None and parse_yaml(spliced, name) == whole:
        return spliced
    return dump_yaml(whole)


def without_stages(old: bytes, names: Collection[str], name: str = "dvc.lock") -> bytes | None:
    """The lock without the entries of `names`; None when it holds nothing else, and may go.

    The text of all other stages stays as it is. Raises ExpError when `old` can't be read.
    """
    manifest = _read(old, name)
    stages: dict[str, Value] = manifest.data.get("stages", {})
    kept = {stage: entry for stage, entry in stages.items() if stage not in names}
    if len(kept) == len(stages):
        return old
    if not kept and not manifest.data.get("datasets"):
        return None
    whole = {**manifest.data, "stages": kept}
    cut = cut_stages(manifest, names)
    return cut if _says(cut, whole, name) else dump_yaml(whole)


def _says(text: bytes, whole: Value, name: str) -> bool:
    try:
        return bool(parse_yaml(text, name) == whole)
    except ExpError:
        return False
