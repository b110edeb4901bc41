"""What a push, fetch or pull of data did, in words and as data for JSON; what did not go over is an error."""

from __future__ import annotations

from gitexp.errors import ExpError
from gitexp.experiment.data.share import SharedData
from gitexp.screen.cells import one_line, plural, size_text
from gitexp.screen.data.share_answer import ShareAnswer

_SHOWN = 10


def share_lines(shared: SharedData, verb: str) -> list[str]:
    """For stdout; `verb` is 'pushed' or 'fetched'."""
    if not shared.files:
        return [] if shared.lost else ["Everything is up to date."]
    where = ", ".join(one_line(url) for url in shared.remotes)
    preposition = "to" if verb == "pushed" else "from"
    return [f"{plural(shared.files, 'file')} {verb} ({size_text(shared.size)}) {preposition} {where}"]


def share_trouble(shared: SharedData, verb: str) -> ExpError | None:
    """The error that names what did not go over."""
    if not shared.lost:
        return None
    names = "".join(f"\n  {one_line(one.path)}: {one_line(one.reason)}" for one in shared.lost[:_SHOWN])
    more = f"\n  and {len(shared.lost) - _SHOWN} more" if len(shared.lost) > _SHOWN else ""
    return ExpError(
        f"{plural(len(shared.lost), 'file')} could not be {verb}:{names}{more}",
        "what went over is there; run the command again for the rest.",
    )


def share_json(shared: SharedData) -> ShareAnswer:
    return {
        "files": shared.files,
        "size": shared.size,
        "remotes": list(shared.remotes),
        "failed": [{"path": one.path, "reason": one.reason} for one in shared.lost],
    }
