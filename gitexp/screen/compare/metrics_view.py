"""The metrics of revisions, a row a file: as text, Markdown and DVC's JSON (formats.md 7.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from gitexp.experiment.record import FileValues
from gitexp.experiment.table.compare import flat_values
from gitexp.experiment.table.values_data import file_data
from gitexp.pipeline.stage import Value
from gitexp.screen.cells import MISSING, one_line
from gitexp.screen.compare.diff_view import DiffStyle, number
from gitexp.screen.panels import panels
from gitexp.screen.show_answer import FileData
from gitexp.screen.text_table import markdown

Metrics = Mapping[str, Mapping[str, FileValues]]  # revision -> file -> values


class RevisionMetrics(TypedDict):
    data: dict[str, FileData]


def metrics_data(metrics: Metrics) -> Value:
    """DVC's JSON: revision -> data -> file -> data or error."""
    return {
        rev: {"data": {file: file_data(values) for file, values in files.items()}}
        for rev, files in metrics.items()
    }


def metrics_table(metrics: Metrics, style: DiffStyle, with_rev: bool, as_markdown: bool) -> list[str]:
    """Columns are all keys, sorted; '-' where a file has none of that name."""
    flat = {
        (rev, file): flat_values(values) for rev, files in metrics.items() for file, values in files.items()
    }
    keys = sorted({key for values in flat.values() for key in values})
    header = [*(["Revision"] if with_rev else []), "Path", *map(one_line, keys)]
    rows = [
        [
            *([rev] if with_rev else []),
            one_line(file),
            *(number(values[key], style) if key in values else MISSING for key in keys),
        ]
        for (rev, file), values in flat.items()
    ]
    if as_markdown:
        return [*markdown(header, rows), ""]
    return panels([header, *rows], 1 + with_rev, style.sheet) if rows else []
