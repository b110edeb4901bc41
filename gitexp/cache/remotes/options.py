"""Options of a remote's section in DVC's config: flags, times, numbers. Each raises ExpError for nonsense."""

from __future__ import annotations

from gitexp.errors import ExpError
from gitexp.project.settings import Remote

TRUE = ("true", "yes", "on", "1")
FALSE = ("false", "no", "off", "0")


def flag(remote: Remote, name: str, usual: bool = False) -> bool:
    """An option that is true or false."""
    written = remote.options.get(name, "").lower()
    if written not in (*TRUE, *FALSE, ""):
        raise ExpError(f"remote '{remote.name}': {name} = {written} is neither true nor false.")
    return written in TRUE if written else usual


def seconds(remote: Remote, name: str, usual: float) -> float:
    written = remote.options.get(name)
    if not written:
        return usual
    try:
        found = float(written)
    except ValueError:
        found = 0.0
    if not 0.0 < found < 1e6:
        raise ExpError(f"remote '{remote.name}': {name} = {written} is no number of seconds.")
    return found


def jobs(remote: Remote, usual: int) -> int:
    """How many transfers at once: `jobs` of the remote's section, or what suits this kind of storage."""
    written = remote.options.get("jobs")
    if written is None:
        return usual
    if not written.isdigit() or int(written) < 1:
        raise ExpError(f"remote '{remote.name}': jobs = {written} is no whole number from 1.")
    return int(written)
