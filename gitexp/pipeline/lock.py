"""The records of dvc.lock and .dvc files: what was, by hash, when a stage last ran."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gitexp.pipeline.stage import Value


@dataclass(frozen=True, slots=True)
class Hash:
    """The content of a file or directory: `value` ends in '.dir' for a directory manifest.

    `algorithm` is 'md5' (DVC 3, raw bytes) or 'md5-dos2unix' (an entry without `hash:`, DVC 2).
    `etag` and other foreign hashes of URL deps keep their key as algorithm. Equality of content is
    `same_content`, which ignores size, nfiles and isexec as DVC does.
    """

    value: str
    algorithm: str = "md5"
    size: int | None = None
    nfiles: int | None = None
    isexec: bool = False

    @property
    def is_dir(self) -> bool:
        return self.value.endswith(".dir")

    def same_content(self, other: Hash | None) -> bool:
        return other is not None and self.value == other.value and self.algorithm == other.algorithm


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
