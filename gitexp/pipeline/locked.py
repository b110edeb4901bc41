"""Entries of dvc.lock and .dvc files to records and back: hashes, sizes and whatever else DVC keeps there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from gitexp.content import Hash
from gitexp.pipeline.lock import LockedPath, LockEntry
from gitexp.pipeline.stage import Value

LEGACY: Final = "md5-dos2unix"
_ALGORITHMS = ("md5", "etag", "checksum")
_NO_PATH = re.compile(r"[\w.-]{3,}")
_READ = frozenset({"path", "hash", "size", "nfiles", "isexec"})


def locked_path(data: Mapping[str, Value]) -> LockedPath:
    """One item of `deps` or `outs`, in either kind of file."""
    found = next((name for name in _ALGORITHMS if data.get(name) not in (None, "")), None)
    if found == "md5" and not _NO_PATH.fullmatch(str(data[found])):
        found = None  # it would name an object outside of the cache
    hash = None
    if found is not None:
        value = str(data[found])
        hash = Hash(
            value if found == "etag" else value.lower(),
            LEGACY if found == "md5" and "hash" not in data else found,
            size=data.get("size"),
            nfiles=data.get("nfiles"),
            isexec=data.get("isexec", False),
        )
    taken = _READ if hash is not None else {"path"}
    extra = {key: value for key, value in data.items() if key not in taken and key != found}
    return LockedPath(data.get("path", ""), hash, extra)


def locked_data(entry: LockedPath) -> dict[str, Value]:
    """The item as dvc.lock has it: path, hash, md5, size, nfiles, isexec, then the rest."""
    data: dict[str, Value] = {"path": entry.path}
    if entry.hash is not None:
        if entry.hash.algorithm != LEGACY:
            data["hash"] = "md5"
        data.update(hash_data(entry.hash))
    data.update(entry.extra)
    return data


def hash_data(hash: Hash) -> dict[str, Value]:
    """md5 (or etag …), size, nfiles and isexec, those that are known."""
    data: dict[str, Value] = {"md5" if hash.algorithm == LEGACY else hash.algorithm: hash.value}
    if hash.size is not None:
        data["size"] = hash.size
    if hash.nfiles is not None:
        data["nfiles"] = hash.nfiles
    if hash.isexec:
        data["isexec"] = True
    return data


def entry_to_data(entry: LockEntry) -> dict[str, Value]:
    """A stage as dvc.lock and the run cache hold it: cmd, deps, params, outs, those that there are.

    Deps and outs are in the order of their paths; of params, params.yaml comes first, then the other files
    by name; keys are sorted.
    """
    data: dict[str, Value] = {"cmd": list(entry.cmd) if isinstance(entry.cmd, tuple) else entry.cmd}
    if entry.deps:
        data["deps"] = [locked_data(dep) for dep in sorted(entry.deps, key=lambda dep: dep.path)]
    if entry.params:
        files = sorted(entry.params, key=lambda file: (file != "params.yaml", file))
        data["params"] = {file: _sorted_values(entry.params[file]) for file in files}
    if entry.outs:
        data["outs"] = [locked_data(out) for out in sorted(entry.outs, key=lambda out: out.path)]
    return data


def _sorted_values(values: Mapping[str, Value]) -> dict[str, Value]:
    return {key: _plain(values[key]) for key in sorted(values)}


def _plain(value: Value) -> Value:
    """Tuples and sets, which only .py params have, are lists in a lock."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted((_plain(item) for item in value), key=repr)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def entry_of(data: Mapping[str, Value]) -> LockEntry:
    """The record of a checked entry."""
    cmd = data["cmd"]
    return LockEntry(
        tuple(cmd) if isinstance(cmd, list) else cmd,
        tuple(locked_path(item) for item in data.get("deps", ())),
        data.get("params", {}),
        tuple(locked_path(item) for item in data.get("outs", ())),
    )
