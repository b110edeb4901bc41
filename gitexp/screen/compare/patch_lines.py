"""A patch of `git diff` for a page: coloured by line, nothing in it that a terminal would obey."""

from __future__ import annotations

from collections.abc import Sequence

from gitexp.screen.cells import one_line
from gitexp.screen.terminal import BOLD, CYAN, GREEN, RED, paint

_TAB = 8
_HEADS = ("diff --git", "+++", "---", "index ")
_STYLES = {"+": GREEN, "-": RED, "@": CYAN}


def patch_lines(patch: Sequence[str], colour: bool) -> list[str]:
    """`patch` comes without colours."""
    return [paint(one_line(line.expandtabs(_TAB)), _style(line), colour) for line in patch]


def _style(line: str) -> str:
    return BOLD if line.startswith(_HEADS) else _STYLES.get(line[:1], "")
