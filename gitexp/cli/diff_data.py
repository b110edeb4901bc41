"""The data of `exp diff --data`: apart, because reading what revisions need loads data remotes."""

from __future__ import annotations

from gitexp.experiment.data.status import data_diff
from gitexp.experiment.table.table import WORKSPACE
from gitexp.pipeline.stage import Value
from gitexp.project import Project
from gitexp.screen.data.status_lines import diff_json, diff_lines


def data_lines(project: Project, old: str, new: str) -> list[str]:
    """A line a file that differs. Raises ExpError for an unknown revision."""
    return diff_lines(data_diff(project, old, None if new == WORKSPACE else new), False)


def data_record(project: Project, old: str, new: str) -> Value:
    """The same as JSON data, with hashes."""
    return diff_json(data_diff(project, old, None if new == WORKSPACE else new), True)
