"""The exit code of a shell command in words, with what it usually means."""

from __future__ import annotations

import signal

_MEANING = {
    126: "the command is there but can't be executed",
    127: "the command was not found",
}
_SIGNALS = {
    signal.SIGKILL: "often for want of memory",
    signal.SIGSEGV: "a crash of the program itself",
    signal.SIGABRT: "the program gave up, often over an assertion or memory",
    signal.SIGXFSZ: "a file grew beyond a limit",
    signal.SIGXCPU: "it used up its processor time",
    signal.SIGBUS: "often a full disk or a file that shrank while mapped",
}
_OF_SIGNALS = 128  # a shell whose command was killed exits with this plus the signal


def exit_words(code: int) -> str:
    """'exited with 3', 'exited with 137: SIGKILL, often for want of memory', 'killed by signal 9: …'."""
    number = -code if code < 0 else code - _OF_SIGNALS
    words = f"killed by signal {number}" if code < 0 else f"exited with {code}"
    meaning = _MEANING.get(code) or _signal_words(number)
    return f"{words}: {meaning}" if meaning else words


def _signal_words(number: int) -> str | None:
    try:
        found = signal.Signals(number)
    except ValueError:
        return None
    meaning = _SIGNALS.get(found)
    return f"{found.name}, {meaning}" if meaning else found.name
