"""How `exp logs` and `exp queue logs` give out a log: whole on a terminal, its last lines elsewhere."""

from __future__ import annotations

import sys

import typer

from gitexp.cli.bounds import ALL, MOST_LINES, bound
from gitexp.queue.follow import Tail, find_tail, lines_of, read_log
from gitexp.queue.named import RunLog
from gitexp.screen.answer import LeftOut, lines, write_line
from gitexp.screen.history.log_lines import LogTextLine
from gitexp.screen.talk import say

__all__ = ["ALL", "ANSWER", "FOLLOW", "JSON", "NUMBER", "write_log"]

ANSWER = lines(LogTextLine, LeftOut)

FOLLOW = typer.Option(False, "-f", "--follow", help="Go on while it runs.")
NUMBER = typer.Option(
    None, "-n", "--lines", min=0, help=f"Only the last so many lines; {MOST_LINES} where it is no terminal."
)
JSON = typer.Option(False, "--json", help="One object a line of the log.")


def write_log(log: RunLog, follow: bool, number: int | None, everything: bool, json: bool) -> None:
    """Write the log as the options say; on stderr, how much was left out."""
    most = bound(MOST_LINES, number, everything, json)
    tail = Tail() if most is None else find_tail(log.path, most)
    hint = "`--all` has all of it, `-n N` the last N lines."
    if tail.left_out and number is None:
        say(f"note: the first {tail.left_out} lines are left out; {hint}")
    parts = read_log(log, follow, tail.offset)
    if not json:
        for part in parts:
            sys.stdout.buffer.write(part)
            sys.stdout.buffer.flush()
        return
    if tail.left_out:
        left_out: LeftOut = {"event": "left_out", "count": tail.left_out, "hint": hint}
        write_line(left_out)
    for line in lines_of(parts):
        told: LogTextLine = {"event": "line", "line": line}
        write_line(told)
