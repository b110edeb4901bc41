"""Entries of cached outs in .gitignore files (formats.md 3.2): one `/name` a line, beside the out."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SPECIAL = re.compile(r"([\[\]!*#?])")


def entry_for(name: str) -> str:
    """The line that ignores `name`, a file or folder beside the .gitignore, and nothing else."""
    return "/" + _SPECIAL.sub(r"\\\1", name)


def add_entries(text: str | None, names: Iterable[str]) -> str:
    """The .gitignore with a line for each of `names` that has none yet; other lines stay as they are."""
    text = text or ""
    newline = "\r\n" if "\r\n" in text else "\n"
    present = set(text.splitlines())
    for entry in map(entry_for, names):
        if entry not in present:
            text += ("" if not text or text.endswith("\n") else newline) + entry + newline
            present.add(entry)
    return text


def remove_entries(text: str, names: Iterable[str]) -> str | None:
    """The .gitignore without the lines of `names`; None when nothing is left and the file can go."""
    gone = {entry_for(name) for name in names}
    kept = [line for line in text.splitlines(keepends=True) if line.rstrip("\r\n") not in gone]
    return "".join(kept) if any(line.strip() for line in kept) else None
