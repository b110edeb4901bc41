"""What every room knows of content: the hash of a file or directory, and a value of a data file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# Whatever YAML, JSON or TOML can hold. Records carry it opaquely (meta, params); no code tunnels it.
Value = Any


@dataclass(frozen=True, slots=True)
class Hash:
    """The content of a file or directory: `value` ends in '.dir' for a directory manifest.

    `algorithm` is 'md5' (DVC 3, raw bytes) or 'md5-dos2unix' (an entry without `hash:`, DVC 2).
    `etag` and other foreign hashes of URL deps keep their key as algorithm. Equality of content is
    `same_content`, which ignores size, nfiles and isexec as DVC does.
    """

    value: str
    algorithm: str = "md5"
    size: int | None = None  # bytes; of a directory, the sum over its files
    nfiles: int | None = None  # directories only
    isexec: bool = False  # single files only

    @property
    def is_dir(self) -> bool:
        return self.value.endswith(".dir")

    def same_content(self, other: Hash | None) -> bool:
        return other is not None and self.value == other.value and self.algorithm == other.algorithm
