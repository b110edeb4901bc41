"""How much is listed where nobody asked for all of it: a page on no terminal has no end.

On a terminal the pager takes everything; only a table, which is as wide as its widest row, ends after ten
thousand, so that its first screen does not wait for the last row. Into a pipe or a file, and as JSON, lists
end after about a thousand lines, and say on stderr (in JSON, too, with `left_out`) how many more there are.
What is made to be read by other programs whole is whole: `--name-only`, `--sha-only`, `--csv`, `--md`, and
DVC's layouts of JSON.
"""

from __future__ import annotations

import sys

import typer

from gitexp.screen.talk import say

MOST_LINES = 1000
MOST_ROWS = 10_000  # of a table on a terminal
MOST_OBJECTS = 100  # things of several lines, or of several hundred bytes in JSON

ALL = typer.Option(False, "--all", help="All of them, also into a pipe, a file, or as JSON.")


def bound(usual: int, number: int | None, everything: bool, json: bool = False) -> int | None:
    """How many to list, None for all: `number` if one was given, else `usual` unless all are to come."""
    if number is not None:
        return number
    return None if everything or (sys.stdout.isatty() and not json) else usual


def tell_left_out(count: int, what: str, number: int | None) -> None:
    """On stderr, unless the user gave the number."""
    if count and number is None:
        say(f"note: {count} more {what} are left out; {hint()}")


def hint() -> str:
    return "`--all` lists them too."
