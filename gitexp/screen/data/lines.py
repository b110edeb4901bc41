"""What `exp add`, `exp checkout` and `exp commit` did, in words and as data for JSON."""

from __future__ import annotations

from gitexp.experiment.data.add import Added, AddResult
from gitexp.experiment.data.checkout import Brought, Change
from gitexp.experiment.data.commit import Committed
from gitexp.experiment.data.remove import Untracked
from gitexp.screen.cells import one_line, plural, size_text

_SHOWN = 5


def add_lines(result: AddResult) -> list[str]:
    """For stdout: a line a path, then what to do next."""
    lines = [_added_line(one) for one in result.added]
    if not result.staged and any(one.changed for one in result.added):
        files = " ".join(_quoted(one_line(path)) for path in dict.fromkeys(result.written))
        lines += ["", "To keep it in Git:", f"  git add {files}"]
    return lines


def _added_line(one: Added) -> str:
    size = size_text(one.hash.size or 0)
    what = f"{plural(one.hash.nfiles or 0, 'file')}, {size}" if one.hash.is_dir else size
    verb = "Added" if one.changed else "Unchanged:"
    return f"{verb} {one_line(one.path)} ({what}) in {one_line(one.file)}"


def _quoted(path: str) -> str:
    plain = all(char.isalnum() or char in "._-/+=@,:%" for char in path)
    return path if plain else "'" + path.replace("'", "'\\''") + "'"


def add_warnings(result: AddResult) -> list[str]:
    """For stderr: linked folders, which are not part of what was added."""
    return [
        f"warning: {one_line(one.path)}/{one_line(link)} is a link to a folder: what it leads to is not added"
        for one in result.added
        for link in one.links[:_SHOWN]
    ]


def untracked_lines(done: Untracked, what: str) -> list[str]:
    """For stdout: what was removed or moved, then what to tell Git."""
    lines = [f"{what}: {one_line(path)}" for path in done.paths]
    if not done.staged:
        lines += [
            "",
            "To keep it in Git:",
            f"  git add {' '.join(_quoted(one_line(file)) for file in done.files)}",
        ]
    return lines


def checkout_lines(brought: Brought) -> list[str]:
    """For stdout: `A`, `M` or `R` (linked anew) and the path, as DVC writes it."""
    if not (brought.changes or brought.missing or brought.outside):
        return ["Data is up to date."]
    lines = [f"{change.value}\t{one_line(path)}" for change, path in brought.changes]
    return lines + [
        f"!\t{one_line(path)} leads out of the repository: left alone" for path in brought.outside
    ]


def checkout_summary(brought: Brought) -> str:
    """'2 added, 1 modified', as DVC's --summary."""
    words = {Change.ADDED: "added", Change.MODIFIED: "modified", Change.RELINKED: "relinked"}
    done = [change for change, _ in brought.changes]
    counts = [f"{done.count(change)} {word}" for change, word in words.items() if change in done]
    return ", ".join(counts) or "Data is up to date."


def commit_lines(committed: Committed) -> list[str]:
    """For stdout: what was recorded."""
    if not committed.stages:
        return ["Nothing to record: all is as its lock says."]
    names = ", ".join(one_line(address) for address in committed.stages[:_SHOWN])
    rest = len(committed.stages) - _SHOWN
    more = f" and {rest} more" if rest > 0 else ""
    changed = ", ".join(one_line(path) for path in committed.written) or "no file"
    return [f"Recorded {names}{more}. Changed: {changed}."]
