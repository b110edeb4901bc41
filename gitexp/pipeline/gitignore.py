"""The lines of a .gitignore that keep outs out of Git, as DVC writes them (formats.md 3.2)."""

from __future__ import annotations

from collections.abc import Iterable

# What gitignore patterns give a meaning; a space is kept as it is.
_SPECIAL = "\\[]!*#?"


def pattern(name: str) -> str:
    """The line that ignores `name` in its own folder and nothing else."""
    return "/" + "".join(f"\\{c}" if c in _SPECIAL else c for c in name)


def add_entries(text: bytes | None, names: Iterable[str]) -> bytes:
    """`text` with a line for each of `names` that has none; a missing last line end is added first."""
    lines = (text or b"").splitlines()
    present = {line.strip() for line in lines}
    added = [line for line in dict.fromkeys(_encoded(name) for name in names) if line not in present]
    if not added:
        return text or b""
    head = text or b""
    if head and not head.endswith(b"\n"):
        head += b"\n"
    end = b"\r\n" if b"\r\n" in head else b"\n"
    return head + b"".join(line + end for line in added)


def remove_entries(text: bytes, names: Iterable[str]) -> bytes:
    """`text` without the lines of `names`; empty when nothing is left, and then the file goes."""
    gone = {_encoded(name) for name in names}
    return b"".join(line for line in text.splitlines(keepends=True) if line.strip() not in gone)


def _encoded(name: str) -> bytes:
    return pattern(name).encode("utf-8", "surrogateescape")
