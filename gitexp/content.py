"""What every room knows of content: the hash of a file or directory, and a value of a data file."""

from __future__ import annotations

from typing import Any

from gitexp.dataclass import dataclass

# Whatever YAML, JSON or TOML can hold. Records carry it opaquely (meta, params); no code tunnels it.
Value = Any


def encoded(text: str) -> bytes:
    """`text` as UTF-8. What stands for bytes that are no UTF-8 (file names, arguments) becomes them again;
    other lone surrogates, which JSON may hold, are written out as \\udXXX.
    """
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        written = (f"\\u{ord(c):04x}" if _is_half(c) else c for c in text)
        return "".join(written).encode("utf-8", "surrogateescape")


def _is_half(char: str) -> bool:
    """A surrogate that stands for no byte."""
    return "\ud800" <= char <= "\udfff" and not "\udc80" <= char <= "\udcff"


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
