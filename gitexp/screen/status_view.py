"""`exp status`: the changed stages in DVC's grouping, each change with what it was and what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gitexp.build.plan import Reason
from gitexp.build.status import StageStatus, as_dvc_data
from gitexp.pipeline.stage import Value
from gitexp.screen.cells import one_line
from gitexp.screen.reasons import short

WORD_WIDTH = 20  # of 'modified:', padded as DVC does


def status_lines(found: Sequence[tuple[str, StageStatus]]) -> Iterator[str]:
    """Stages by name, as the user would type it, with what changed."""
    for name, changed in found:
        yield f"{one_line(name)}:"
        reasons = {reason.subject: reason for reason in changed.reasons if reason.subject is not None}
        for entry in as_dvc_data(changed):
            if isinstance(entry, str):
                yield f"\t{entry}{_command_change(entry, changed.reasons)}"
            else:
                yield from _group(entry, reasons, 1, "")


def _group(entry: Mapping[str, Value], reasons: Mapping[str, Reason], depth: int, file: str) -> Iterator[str]:
    """'changed deps:' and the like; a params file is a group of its own, its keys inside."""
    indent = "\t" * depth
    for key, value in entry.items():
        if isinstance(value, Mapping):
            yield f"{indent}{one_line(key)}:"
            yield from _group(value, reasons, depth + 1, f"{key}:" if depth > 1 else "")
        else:
            reason = reasons.get(f"{file}{key}")
            yield f"{indent}{f'{value}:':<{WORD_WIDTH}}{one_line(key)}{_was_and_is(reason)}"


def _was_and_is(reason: Reason | None) -> str:
    if reason is None or (reason.old is None and reason.new is None):
        return ""
    return f"  ({short(reason.old)} -> {short(reason.new)})"


def _command_change(entry: str, reasons: Sequence[Reason]) -> str:
    reason = next((reason for reason in reasons if reason.cause.value == entry), None)
    return _was_and_is(reason)
