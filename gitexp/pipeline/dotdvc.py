""".dvc files: data that is tracked without a stage. Read as a Stage and as locked outs; written in place."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from gitexp.dataclass import dataclass
from gitexp.pipeline.lock import LockedPath, LockEntry
from gitexp.pipeline.locked import LEGACY, hash_data, locked_path
from gitexp.pipeline.manifest import Manifest, read_file
from gitexp.pipeline.paths import is_manifest, kind_of, rooted
from gitexp.pipeline.shapes import DVC_FILE
from gitexp.pipeline.stage import Dep, DepKind, Out, Stage, Value
from gitexp.pipeline.yaml import dump_yaml
from gitexp.pipeline.yaml_edit import update_items

# What an update may take away: all that describes the content that was.
_HASH_KEYS = frozenset(
    {"md5", "etag", "checksum", "hash", "size", "nfiles", "isexec", "cloud", "files", "version_id"}
)


@dataclass(frozen=True, slots=True)
class DvcFile:
    """A .dvc file: its node in the graph, and what it says of hashes (`locked.cmd` is None)."""

    stage: Stage
    locked: LockEntry


def read_dvc_file(text: bytes, path: str, root: str | None = None) -> DvcFile:
    """Read a .dvc file at `path` (relative to the DVC root). Raises ExpError with file and line."""
    manifest = read_file(text, path, DVC_FILE)
    return DvcFile(_stage(manifest, root), _locked(manifest))


def read_dvc_stage(text: bytes, path: str, root: str | None = None) -> Stage:
    return _stage(read_file(text, path, DVC_FILE), root)


def _locked(manifest: Manifest) -> LockEntry:
    return LockEntry(
        None,
        tuple(locked_path(item) for item in manifest.data.get("deps") or ()),
        {},
        tuple(locked_path(item) for item in manifest.data.get("outs") or ()),
    )


def _stage(manifest: Manifest, root: str | None) -> Stage:
    data = manifest.data
    wdir = rooted(data.get("wdir") or ".", manifest.folder, root)
    folder = "" if wdir == "." else wdir
    for section in ("deps", "outs"):
        for index, item in enumerate(data.get(section) or ()):
            if is_manifest(item.get("path", "")):
                message = f"'{item['path']}' is a file of DVC's own and can't be tracked"
                raise manifest.error((section, index), message)
    deps = tuple(_dep(item, folder, root) for item in data.get("deps") or ())
    outs = tuple(_out(item, folder, root) for item in data.get("outs") or ())
    return Stage(
        name=manifest.file,
        file=manifest.file,
        cmd=None,
        wdir=wdir,
        deps=deps,
        outs=outs,
        frozen=data.get("frozen", False) or data.get("locked", False),
        always_changed=data.get("always_changed", False),
        desc=data.get("desc"),
        meta=data.get("meta"),
        line=1,
    )


def _dep(item: Mapping[str, Value], folder: str, root: str | None) -> Dep:
    written = item.get("path", "")
    kind = kind_of(written)
    if "repo" in item or "db" in item:
        # A path inside another repository, or a query: nothing that a stage here could make.
        return Dep(written, f"{item.get('repo', {}).get('url', 'db')}#{written}", DepKind.URL)
    return Dep(written, rooted(written, folder, root) if kind is DepKind.FILE else written, kind)


def _out(item: Mapping[str, Value], folder: str, root: str | None) -> Out:
    written = item["path"]
    return Out(
        written,
        rooted(written, folder, root) if kind_of(written) is DepKind.FILE else written,
        cache=item.get("cache", True),
        persist=item.get("persist", False),
        push=item.get("push", True),
        remote=item.get("remote"),
        desc=item.get("desc"),
        type=item.get("type"),
        labels=tuple(item.get("labels", ())),
        meta=item.get("meta"),
    )


def _out_data(entry: LockedPath) -> dict[str, Value]:
    """One out as a .dvc file has it: md5, size, nfiles, isexec, hash, path, then annotations and flags."""
    data: dict[str, Value] = {}
    if entry.hash is not None:
        data.update(hash_data(entry.hash))
        if entry.hash.algorithm != LEGACY:
            data["hash"] = "md5"
    return {**data, "path": entry.path, **entry.extra}


def write_dvc_file(old: bytes | None, locked: LockEntry, name: str = "file.dvc") -> bytes:
    """The .dvc file with the hashes of `locked`.

    Comments, key order and all other fields of `old` stay; keys it did not have come after its own.
    Gives `old` back unchanged when it says the same already. Raises ExpError when it can't be read.
    """
    if not old:
        return dump_yaml(_fresh(locked))
    if _locked(read_file(old, name, DVC_FILE)) == locked:
        return old
    updates = {
        "deps": [_out_data(dep) for dep in locked.deps],
        "outs": [_out_data(out) for out in locked.outs],
    }
    return update_items(old, {key: items for key, items in updates.items() if items}, _HASH_KEYS)


def _fresh(locked: LockEntry) -> dict[str, Value]:
    data: dict[str, Value] = {}
    if locked.deps:
        data["deps"] = [_out_data(dep) for dep in locked.deps]
    return {**data, "outs": [_out_data(out) for out in locked.outs]}


def dvc_file_of(path: str) -> str:
    """The .dvc file that `exp add path` writes."""
    return posixpath.normpath(path) + ".dvc"
