"""What an apply did, in words."""

from __future__ import annotations

from gitexp.experiment.change.apply import Applied
from gitexp.screen.cells import one_line, plural

_SHOWN = 5


def applied_lines(applied: Applied) -> list[str]:
    """For stdout: what the workspace is now."""
    name = applied.experiment.name if applied.experiment else applied.commit[:7]
    what = plural(len(applied.changed), "file") if applied.changed else "no files"
    data = f", {plural(len(applied.data.changed), 'cached out')}" if applied.data.changed else ""
    return [f"Applied {name} to the workspace: {what}{data} changed. Branch and index are as they were."]


def kept_lines(applied: Applied) -> list[str]:
    """For stderr: what was overwritten and how to get it back; what could not be brought."""
    lines = []
    if applied.kept is not None:
        lines.append("note: uncommitted changes were overwritten; to get them back:")
        lines.append(f"  exp apply {applied.kept.removeprefix('refs/')}")
    for path, found in applied.data.saved[:_SHOWN]:
        lines.append(f"note: {one_line(path)} was only here; its content is in the cache as {found.value}")
    if applied.data.outside:
        shown = ", ".join(one_line(path) for path in applied.data.outside[:_SHOWN])
        lines.append(f"warning: outs that lead out of the repository were left alone: {shown}")
    if applied.data.missing:
        shown = ", ".join(one_line(path) for path in applied.data.missing[:_SHOWN])
        rest = len(applied.data.missing) - _SHOWN
        more = f" and {rest} more" if rest > 0 else ""
        lines.append(f"warning: not in the cache, left as they were: {shown}{more}")
        lines.append("hint: `exp data fetch` gets data from the remote.")
    return lines
