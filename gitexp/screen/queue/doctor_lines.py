"""What `exp queue doctor` found: a line for each thing, and what to do about those that are not well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from gitexp.queue.engines.probe import Finding
from gitexp.screen.talk import visible


class FindingObject(TypedDict):
    """One thing that was looked at on a node."""

    check: str
    well: bool
    words: str
    hint: str | None


class DoctorAnswer(TypedDict):
    """Whether the machines behind an engine have what the queue needs."""

    on: str
    well: bool
    findings: list[FindingObject]


def doctor_lines(found: Sequence[Finding]) -> list[str]:
    width = max(len(finding.check) for finding in found)
    lines = []
    for finding in found:
        mark = "ok  " if finding.well else "BAD "
        lines.append(f"{mark}{finding.check:<{width}}  {visible(finding.words)}")
        if finding.hint:
            lines.append(f"    {'':<{width}}  {visible(finding.hint)}")
    return lines


def doctor_data(on: str, found: Sequence[Finding]) -> DoctorAnswer:
    return {
        "on": on,
        "well": all(finding.well for finding in found),
        "findings": [
            {"check": one.check, "well": one.well, "words": one.words, "hint": one.hint} for one in found
        ],
    }
