"""Long output through the user's pager, as Git does: only on a terminal, and only if it does not fit."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterable, Iterator
from itertools import chain

from gitexp.screen.terminal import rows

LESS = "FRX"  # quit if it fits, pass colours on, leave the text on the screen


def show_lines(lines: Iterable[str], paged: bool = True, chop: bool = False) -> None:
    """Write lines to stdout, through a pager where that helps. They may be produced while they are read.

    With `chop`, as for tables and drawings, less cuts wide lines and scrolls sideways.
    """
    rest = iter(lines)
    if not (paged and sys.stdout.isatty()):
        _write(rest)
        return
    first = _take(rest, rows() - 1)
    more = _take(rest, 1)
    command = pager_command()
    if not more or command is None:
        _write(chain(first, more, rest))
        return
    _page(command, chain(first, more, rest), chop)


def pager_command() -> list[str] | None:
    """$GIT_PAGER, $PAGER or less; None for `cat`, for nothing, and for a word that does not parse."""
    chosen = os.environ.get("GIT_PAGER", os.environ.get("PAGER", "less"))
    try:
        command = shlex.split(chosen)
    except ValueError:
        return None
    return None if command in ([], ["cat"]) else command


def _take(lines: Iterator[str], count: int) -> list[str]:
    return [line for _, line in zip(range(count), lines, strict=False)]


def _write(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _page(command: list[str], lines: Iterable[str], chop: bool) -> None:
    environment = {**os.environ, "LESS": os.environ.get("LESS", LESS + "S" * chop)}
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            text=True,
            env=environment,
            encoding="utf-8",
            errors="backslashreplace",
        )
    except OSError:
        _write(lines)
        return
    try:
        with process.stdin or sys.stdout as pipe:
            for line in lines:
                pipe.write(line + "\n")
    except BrokenPipeError:
        pass  # the reader has seen enough
    process.wait()
