"""`exp log --graph`: experiments on the commits they stand on, one line each, as `git log --graph` draws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gitexp.dataclass import dataclass
from gitexp.experiment.table.history import LogEntry
from gitexp.git.objects import Commit
from gitexp.screen.cells import one_line, plural
from gitexp.screen.history.log_view import log_line
from gitexp.screen.terminal import BOLD, YELLOW, paint


@dataclass(frozen=True, slots=True)
class Branching:
    """A baseline with its experiments, newest first. `apart`: commits down to the next baseline of the
    drawing, the baseline itself counted; None where no history leads there."""

    baseline: Commit
    entries: Sequence[LogEntry]
    apart: int | None = None


def graph_lines(
    found: Sequence[Branching], names: Mapping[str, str], colour: bool, unicode: bool
) -> Iterator[str]:
    """The newest baseline first."""
    bar, dot, node, joint, gap = ("│", "○", "●", "├─╯", "┆") if unicode else ("|", "o", "*", "|/", ":")
    for i, one in enumerate(found):
        for entry in one.entries:
            yield f"{bar if i and found[i - 1].apart is not None else ' '} {dot} {log_line(entry, colour)}"
        if one.entries:
            yield joint if i and found[i - 1].apart is not None else joint.replace("├", "╭").replace("|", " ")
        commit = one.baseline
        name = names.get(commit.oid)
        shown = f" ({paint(one_line(name), BOLD, colour)})" if name else ""
        subject = one_line(commit.message.partition("\n")[0])
        yield f"{node} {paint(commit.oid[:7], YELLOW, colour)}{shown} {subject}"
        if i == len(found) - 1:
            continue
        if one.apart is None:
            yield ""
        elif one.apart > 1:
            yield f"{gap} {plural(one.apart - 1, 'commit')}"
        else:
            yield bar
