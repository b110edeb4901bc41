"""The records of dvc.lock and .dvc files: what was, by hash, when a stage last ran."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from gitexp.content import Hash
from gitexp.dataclass import dataclass
from gitexp.pipeline.stage import Value

__all__ = ["Hash", "LockEntry", "LockedPath"]

_OF_CONTENT = frozenset({"cloud", "files", "version_id", "etag"})


@dataclass(frozen=True, slots=True)
class LockedPath:
    """One entry under deps or outs. `path` is as written, relative to the stage's wdir.

    `extra` holds keys that are not ours to read (cloud, files, repo, dataset …) and must survive a rewrite.
    """

    path: str
    hash: Hash | None
    extra: Mapping[str, Value] = field(default_factory=dict)

    def rehashed(self, hash: Hash) -> LockedPath:
        """The entry of other content: what was said of the old one's copies elsewhere goes."""
        if hash.same_content(self.hash):
            return LockedPath(self.path, hash, self.extra)
        kept = {key: value for key, value in self.extra.items() if key not in _OF_CONTENT}
        return LockedPath(self.path, hash, kept)


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
