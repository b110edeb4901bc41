"""Plain words on stderr: errors with their hint, warnings, notes. No rich, so that errors are instant.

Results go to stdout, talk goes to stderr: a script can read the one without the other.
"""

from __future__ import annotations

import contextlib
import sys
import traceback

from gitexp.errors import ExpError


def print_error(error: ExpError) -> None:
    """`error: …` and, where there is one, `hint: …`."""
    say(f"error: {error.message}")
    if error.hint:
        say(f"hint: {error.hint}")


def print_warning(message: str, hint: str | None = None) -> None:
    say(f"warning: {message}")
    if hint:
        say(f"hint: {hint}")


def print_bug(error: BaseException) -> None:
    """A fault of ours: the traceback is for the bug report, the first line is for the user."""
    say(f"error: a bug in gitexp: {type(error).__name__}: {error}")
    say("hint: please report it with the lines below.")
    say("".join(traceback.format_exception(error)).rstrip())


def say(text: str) -> None:
    """One message to stderr, control characters made visible so that no name can inject escape codes."""
    # That nobody reads on is no reason to fail.
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.flush()
    with contextlib.suppress(BrokenPipeError):
        sys.stderr.write(visible(text) + "\n")
        sys.stderr.flush()


def say_next(*commands: str) -> None:
    """What to type next, after an answer: advice to people, so that stdout has the answer alone."""
    say("\nNext: " + "\n      ".join(commands))


def visible(text: str) -> str:
    """`text` with control characters other than newline and tab written out as \\xNN."""
    if text.isprintable():
        return text
    return "".join(c if c in "\n\t" or c.isprintable() else f"\\x{ord(c):02x}" for c in text)
