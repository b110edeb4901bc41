"""The lines of a .gitignore that keep outs out of Git, as DVC writes them (formats.md 3.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable

# What gitignore patterns give a meaning; a space is kept as it is.
_SPECIAL = "\\[]!*#?"


def pattern(name: str) -> str:
    """The line that ignores `name` in its own folder and nothing else."""
    return "/" + "".join(f"\\{c}" if c in _SPECIAL else c for c in name)


def add_entries(text: str | None, names: Iterable[str]) -> str:
    """`text` with a line for each of `names` that has none; a missing last line end is added first."""
    head = text or ""
    present = {line.strip() for line in head.split("\n")}
    added = [line for line in dict.fromkeys(map(pattern, names)) if line not in present]
    if not added:
        return head
    end = "\r\n" if "\r\n" in head else "\n"
    if head and not head.endswith("\n"):
        head += end
    return head + "".join(line + end for line in added)


def remove_entries(text: str, names: Iterable[str]) -> str:
    """`text` without the lines of `names`; empty when nothing is left, and then the file goes."""
    gone = set(map(pattern, names))
    # Lines end at \n only: str.splitlines knows more ends than Git does.
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    return "".join(line for line in lines if line.strip() not in gone)
