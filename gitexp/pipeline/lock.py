"""The records of dvc.lock and .dvc files: what was, by hash, when a stage last ran."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from gitexp.content import Hash
from gitexp.dataclass import dataclass
from gitexp.pipeline.stage import Value

__all__ = ["Hash", "LockEntry", "LockedPath"]


@dataclass(frozen=True, slots=True)
class LockedPath:
    """One entry under deps or outs. `path` is as written, relative to the stage's wdir.

    `extra` holds keys that are not ours to read (cloud, files, repo, dataset …) and must survive a rewrite.
    """

    path: str
    hash: Hash | None
    extra: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LockEntry:
    """One stage of a dvc.lock (formats.md section 2), or one run-cache file (section 5)."""

    cmd: str | tuple[str, ...] | None
    deps: tuple[LockedPath, ...] = ()
    params: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)  # file -> dotted key -> value
    outs: tuple[LockedPath, ...] = ()

    def dep(self, written: str) -> LockedPath | None:
        return next((entry for entry in self.deps if entry.path == written), None)

    def out(self, written: str) -> LockedPath | None:
        return next((entry for entry in self.outs if entry.path == written), None)
