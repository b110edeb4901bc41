"""A plot's data file as points: rows of a table, or the lists of records in JSON and YAML."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from itertools import chain, zip_longest
from pathlib import PurePosixPath

from gitexp.errors import ExpError
from gitexp.experiment.plots.record import PlotError, Point
from gitexp.experiment.table.collect import damage_of
from gitexp.pipeline.params import parse_params
from gitexp.pipeline.stage import Value

_DELIMITERS = {".csv": ",", ".tsv": "\t"}
_RECORDS = (".json", ".yaml", ".yml")


def parse_points(path: str, text: bytes, header: bool = True) -> list[Point]:
    """The points of a file; values of a table stay text. Raises PlotError for what has none.

    Without `header` the columns of a table are called '0', '1', ….
    """
    suffix = PurePosixPath(path).suffix.lower()
    try:
        if suffix in _DELIMITERS:
            return _table(text.decode("utf-8-sig"), _DELIMITERS[suffix], header)
        if suffix in _RECORDS:
            return _records(parse_params(path, text))
    except UnicodeDecodeError as error:
        raise PlotError("UnicodeDecodeError", f"{path}: not UTF-8 text: {error}.", path) from error
    except csv.Error as error:
        raise PlotError("ParseError", f"{path}: {error}.", path) from error
    except ExpError as error:
        raise PlotError(damage_of(path), error.message, path) from error
    raise PlotError(
        "PlotMetricTypeError", f"{path}: plots are JSON, YAML, CSV and TSV files, or images.", path
    )


def _table(text: str, delimiter: str, header: bool) -> list[Point]:
    rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row]
    if not rows:
        return []
    names = rows.pop(0) if header else [str(i) for i in range(len(rows[0]))]
    return [dict(zip(names, row, strict=False)) for row in rows]


def _records(data: Value) -> list[Point]:
    """A list of records, or all lists of records inside mappings, side by side when there are several."""
    lists = list(_lists(data))
    if len(lists) <= 1:
        return [*chain.from_iterable(lists)]
    return [
        {key: value for part in parts for key, value in part.items()}
        for parts in zip_longest(*lists, fillvalue={})
    ]


def _lists(data: Value) -> Iterator[list[Point]]:
    if isinstance(data, list):
        if data and all(isinstance(item, Mapping) for item in data):
            yield [{str(key): value for key, value in item.items()} for item in data]
    elif isinstance(data, Mapping):
        for inner in data.values():
            yield from _lists(inner)
