"""One plot of one revision as points: which x and y it means, several files and fields as one series."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Mapping, Sequence

from gitexp.experiment.plots.record import (
    FIELD,
    FILENAME,
    INFERRED_X,
    INFERRED_Y,
    REV,
    STEP,
    Definition,
    PlotError,
    Point,
    Series,
    Source,
)
from gitexp.pipeline.paths import rooted
from gitexp.pipeline.stage import PlotStyle, Value

ReadPoints = Callable[[str], Sequence[Point]]


def build_series(definition: Definition, rev: str, read: ReadPoints) -> Series:
    """The points that `definition` means. Raises PlotError for a field or a length that does not fit.

    Every point keeps its own fields and gets `rev`, and the keys that tell its curve from the others.
    """
    style = definition.style
    ys = _y_sources(definition, read)
    xs = _x_sources(definition, ys)
    y_name = ys[0].field if len({y.field for y in ys}) == 1 else INFERRED_Y
    x_name = xs[0].field if len({x.field for x in xs if x}) == 1 and xs[0] else INFERRED_X
    x_name = x_name if xs[0] else STEP
    varied = _varied(ys)
    names = _short_names([y.file for y in ys])
    points: list[Point] = []
    for y, x in zip(ys, xs, strict=True):
        marks = {FILENAME: names[y.file], FIELD: y.field}
        key = "::".join(varied)
        mark = {key: "::".join(marks[name] for name in varied)} if varied else {}
        points += _curve(y, x, (x_name, y_name), {REV: rev, **mark}, read)
    return Series(
        tuple(points),
        x_name,
        y_name,
        _label(style.x_label, x_name, INFERRED_X, "x"),
        _label(style.y_label, y_name, INFERRED_Y, "y"),
        varied,
    )


def _label(given: str | None, name: str, inferred: str, plain: str) -> str:
    return given or (plain if name == inferred else name)


def _curve(
    y: Source, x: Source | None, names: tuple[str, str], marks: Mapping[str, str], read: ReadPoints
) -> list[Point]:
    x_name, y_name = names
    own = read(y.file)
    _require(y, own)
    if x is not None:
        _require(x, read(x.file))
    others = own if x is None or x.file == y.file else read(x.file)
    if x is not None and len(others) != len(own):
        message = (
            f"'{x.field}' of '{x.file}' and '{y.field}' of '{y.file}' can't be joined: not the same length."
        )
        raise PlotError("DvcException", message)
    made: list[Point] = []
    for i, point in enumerate(own):
        full = dict(point)
        if y_name != y.field:
            full[y_name] = point.get(y.field)
        if x is None:
            full[x_name] = i
        elif x_name not in full or x.file != y.file or x_name != x.field:
            full[x_name] = others[i].get(x.field)
        made.append({**full, **marks})
    return made


def _require(source: Source, points: Sequence[Point]) -> None:
    known = list(dict.fromkeys(key for point in points for key in point))
    if source.field not in known:
        message = f"there is no field '{source.field}' in '{source.file}', only {', '.join(known)}."
        raise PlotError("FieldNotFoundError", message)


def _y_sources(definition: Definition, read: ReadPoints) -> list[Source]:
    y = definition.style.y
    if isinstance(y, Mapping):
        return _sources(y, definition.folder)
    if definition.path is None:
        raise PlotError("DvcException", f"'{definition.id}' names no file.")
    fields = [y] if isinstance(y, str) else y
    return [Source(definition.path, str(field)) for field in fields or [_last_field(definition.path, read)]]


def _last_field(path: str, read: ReadPoints) -> str:
    points = read(path)
    if not points:
        raise PlotError("NoData", f"{path}: no data.", path)
    return list(points[0])[-1]


def _x_sources(definition: Definition, ys: Sequence[Source]) -> list[Source | None]:
    """The x of each y. One x serves all of them."""
    x: Value = definition.style.x
    if x is None:
        return [None for _ in ys]
    if not isinstance(x, Mapping):
        return [Source(y.file, str(x)) for y in ys]
    found = _sources(x, definition.folder)
    if len(found) == 1:
        return [found[0] for _ in ys]
    if len(found) != len(ys):
        raise PlotError(
            "DvcException", f"'{definition.id}' has {len(found)} x for {len(ys)} y: one, or as many."
        )
    return [*found]


def _sources(files: Mapping[str, Value], folder: str) -> list[Source]:
    return [
        Source(rooted(file, folder), str(field))
        for file, fields in files.items()
        for field in (fields if isinstance(fields, list) else [fields])
    ]


def _varied(ys: Sequence[Source]) -> tuple[str, ...]:
    files = FILENAME if len({y.file for y in ys}) > 1 else None
    fields = FIELD if len({y.field for y in ys}) > 1 else None
    return tuple(name for name in (files, fields) if name)


def _short_names(files: Sequence[str]) -> dict[str, str]:
    """Files by what tells them apart: without the folder that they share."""
    shared = posixpath.dirname(files[0]) if len(set(files)) == 1 else os.path.commonpath(files)
    return {file: posixpath.relpath(file, shared or ".") for file in files}


def styled(definition: Definition, override: PlotStyle) -> Definition:
    """The definition with what the command line says instead."""
    style, kept = definition.style, override
    return Definition(
        definition.id,
        definition.path,
        PlotStyle(
            template=kept.template or style.template,
            x=kept.x if kept.x is not None else style.x,
            y=kept.y if kept.y is not None else style.y,
            x_label=kept.x_label or style.x_label,
            y_label=kept.y_label or style.y_label,
            title=kept.title or style.title,
            header=kept.header if kept.header is not None else style.header,
        ),
        definition.folder,
    )
