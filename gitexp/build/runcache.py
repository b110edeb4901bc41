"""The run cache: what a command made of given inputs, once and for all. DVC's files, byte for byte.

A run is one file `runs/<key[:2]>/<key>/<value>` that holds a lock entry. `key` hashes what the outs depend
on (cmd, deps, params, names of the outs), `value` hashes the whole entry. Stage name and folder are no part
of it: the same work under another name is the same work.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from gitexp.atomic import look_anew, write_atomic
from gitexp.cache.remotes.push import run_files
from gitexp.cache.store import Store
from gitexp.errors import ExpError
from gitexp.pipeline.lock import LockEntry
from gitexp.pipeline.lockfile import entry_from_data, entry_to_data
from gitexp.pipeline.stage import DepKind, OutKind, Stage, Value
from gitexp.pipeline.yaml import dump_yaml, parse_yaml

# The hashes leave out every key of these names, at any depth: sizes don't count. See `has_blind_spot`.
_UNHASHED = frozenset({"size", "nfiles"})


def may_restore(stage: Stage) -> bool:
    """Whether outs of an earlier run can stand for running `stage`: its outs depend on its inputs only."""
    return (
        stage.cmd is not None
        and bool(stage.deps or stage.params)
        and bool(stage.outs)
        and not stage.always_changed
        and all(dep.kind is DepKind.FILE for dep in stage.deps)
        and not any(
            out.persist or out.path.startswith(("/", "../")) or "://" in out.path for out in stage.outs
        )
    )


def may_save(stage: Stage) -> bool:
    """Whether a run of `stage` is kept: an uncached plain out could not be brought back later."""
    return may_restore(stage) and all(out.cache or out.kind is not OutKind.OUT for out in stage.outs)


def has_blind_spot(entry: LockEntry) -> bool:
    """Whether a param is named `size` or `nfiles`: the key can't see it change; DVC restores stale outs."""
    return any(_names_unhashed(values) for values in entry.params.values()) or bool(
        _UNHASHED & entry.params.keys()
    )


def run_key(entry: LockEntry, out_paths: tuple[str, ...]) -> str | None:
    """The key of the run that `entry` (its cmd, deps and params) begins; None if no key is to be trusted.

    `out_paths` are the stage's outs as written. Untrusted: see `has_blind_spot`; and values JSON can't hold.
    """
    if has_blind_spot(entry):
        return None
    data = entry_to_data(LockEntry(entry.cmd, entry.deps, entry.params))
    try:
        return _digest({**data, "outs": sorted(out_paths)})
    except TypeError:
        return None


class RunCache:
    """The `runs` folder of a store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._root = store.root / "runs"

    def find(self, key: str, anew: bool = False) -> LockEntry | None:
        """The newest run of `key` whose outs are all in the store. Damaged files are passed over.

        `anew`: another host may have written it a moment ago.
        """
        if anew:
            look_anew(self._folder(key))
        found = self._find_here(key, anew)
        if found is None:
            self._store.bring_runs(key, anew)
            found = self._find_here(key, anew)
        return found

    def _find_here(self, key: str, anew: bool = False) -> LockEntry | None:
        for entry in filter(None, map(_read, self._newest_first(key))):
            if anew:
                self._store.look_anew(out.hash for out in entry.outs if out.hash is not None)
            if self.has_outs(entry):
                return entry
        return None

    def has_outs(self, entry: LockEntry) -> bool:
        """Whether every out of `entry` can be brought back from the store."""
        return all(out.hash is not None and self._store.has(out.hash) for out in entry.outs)

    def save(self, entry: LockEntry) -> None:
        """Keep a finished run, if it can be found again. Its outs must be in the store already."""
        key = run_key(entry, tuple(out.path for out in entry.outs))
        if key is None:
            return
        data = entry_to_data(entry)
        path = self._folder(key) / _digest(data)
        if not path.exists():
            write_atomic(path, dump_yaml(data))

    def entries(self) -> Iterator[tuple[Path, LockEntry]]:
        """Every run that can be read, with its file."""
        for path in run_files(self._store):
            entry = _read(path)
            if entry is not None:
                yield path, entry

    def files_of(self, entry: LockEntry) -> list[Path]:
        """The files of the runs that began as `entry` does; none when no run of it is kept."""
        key = run_key(entry, tuple(out.path for out in entry.outs))
        return self._newest_first(key) if key is not None else []

    def is_sound(self, path: Path, name: str) -> bool:
        """Whether the file holds a run whose value is `name`."""
        try:
            return _digest(parse_yaml(path.read_bytes(), name)) == name and _read(path) is not None
        except (OSError, ExpError, TypeError):
            return False

    def _folder(self, key: str) -> Path:
        return self._root / key[:2] / key

    def _newest_first(self, key: str) -> list[Path]:
        try:
            found = [(path.stat().st_mtime_ns, path) for path in self._folder(key).iterdir()]
        except OSError:
            return []
        return [path for _time, path in sorted(found, reverse=True) if not path.name.startswith(".")]


def _read(path: Path) -> LockEntry | None:
    try:
        return entry_from_data(parse_yaml(path.read_bytes(), path.name), path.name)
    except (OSError, ExpError):
        return None


def _digest(data: Value) -> str:
    return hashlib.sha256(json.dumps(_hashed(data), sort_keys=True).encode()).hexdigest()


def _hashed(data: Value) -> Value:
    if isinstance(data, dict):
        return {key: _hashed(value) for key, value in data.items() if key not in _UNHASHED}
    if isinstance(data, (list, tuple)):
        return [_hashed(value) for value in data]
    return data


def _names_unhashed(value: Value) -> bool:
    if isinstance(value, dict):
        return any(key in _UNHASHED or _names_unhashed(item) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return any(_names_unhashed(item) for item in value)
    return False
