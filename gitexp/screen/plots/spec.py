"""A plot as a Vega-Lite spec: a template with DVC's anchors filled in, and DVC's JSON (formats.md 7.3)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, TypedDict

from gitexp.content import Value
from gitexp.experiment.plots.record import REV, Image, Plot, PlotProblem, PlotSet

COLOURS = (
    "#4269d0",
    "#ff725c",
    "#3ca951",
    "#efb118",
    "#a463f2",
    "#6cc5b0",
    "#ff8ab7",
    "#9c6b4e",
    "#97bbf5",
    "#9498a0",
)
_DASHES = ([1, 0], [8, 8], [8, 4], [4, 4], [4, 2], [2, 1], [1, 1])
_SHAPES = ("circle", "square", "triangle", "diamond", "cross")
_SIZE = 300
_ANCHOR = re.compile(r"<DVC_METRIC_[A-Z_]+>")
_SPECIAL = re.compile(r"([.\[\]\\'\"])")


def fill_template(template: Value, plot: Plot, size: int = _SIZE) -> Value:
    """The template with the plot's data and names where its anchors are; unknown anchors stay."""
    return _filled(template, _anchors(plot, size))


def _filled(part: Value, anchors: Mapping[str, Value]) -> Value:
    if isinstance(part, dict):
        return {_filled_text(key, anchors): _filled(inner, anchors) for key, inner in part.items()}
    if isinstance(part, list):
        return [_filled(inner, anchors) for inner in part]
    if isinstance(part, str):
        return anchors[part] if part in anchors else _filled_text(part, anchors)
    return part


def _filled_text(text: str, anchors: Mapping[str, Value]) -> str:
    return _ANCHOR.sub(lambda found: str(anchors.get(found[0], found[0])), text)


def _anchors(plot: Plot, size: int) -> dict[str, Value]:
    series = plot.series
    x, y = field_name(series.x), field_name(series.y)
    key = "::".join(series.varied)
    marks = sorted({str(point[key]) for point in series.points}) if key else []
    told = [field_name(key)] if key else []
    pivot = " + '::' + ".join(f"datum[{name!r}]" if name != REV else "datum.rev" for name in [REV, *told])
    named = {
        "DATA": list(series.points),
        "TITLE": plot.title,
        "X": x,
        "Y": y,
        "X_LABEL": series.x_label,
        "Y_LABEL": series.y_label,
        "PLOT_WIDTH": size,
        "PLOT_HEIGHT": size,
        "COLOR": {"field": REV, "scale": rev_scale(plot.revisions)},
        "STROKE_DASH": _told_apart(told, marks, _DASHES),
        "SHAPE": _told_apart(told, marks, _SHAPES),
        "ROW": {"field": told[0], "sort": []} if told else {},
        "TOOLTIP": [{"field": name} for name in [REV, x, y, *told]],
        "GROUP_BY": [REV, *told],
        "GROUP_BY_X": [REV, *told, x],
        "GROUP_BY_Y": [REV, *told, y],
        "PIVOT_FIELD": pivot,
        "ZOOM_AND_PAN": {"name": "grid", "select": "interval", "bind": "scales"},
    }
    return {f"<DVC_METRIC_{name}>": value for name, value in named.items()}


def rev_scale(revisions: Sequence[str]) -> Value:
    """A colour for each revision, in their order."""
    return {
        "domain": list(revisions),
        "range": [COLOURS[i % len(COLOURS)] for i in range(len(revisions))],
    }


def _told_apart(told: Sequence[str], marks: Sequence[str], looks: Sequence[Value]) -> Value:
    """Curves of one revision by their dashes or shapes; nothing when there is one."""
    if not told:
        return {}
    scale = {"domain": list(marks), "range": [looks[i % len(looks)] for i in range(len(marks))]}
    legend = {"symbolFillColor": "transparent", "symbolStrokeColor": "grey"}
    return {"field": told[0], "scale": scale, "legend": legend}


def field_name(name: str) -> str:
    """A field's name as Vega-Lite takes it: dots and brackets are not steps into nested data."""
    return _SPECIAL.sub(r"\\\1", name)


class VegaData(TypedDict):
    """A plot as Vega-Lite."""

    type: Literal["vega"]
    revisions: list[str]
    content: Value


class ImageData(TypedDict):
    """An image, written to a file."""

    type: Literal["image"]
    revisions: list[str]
    url: str


class _ProblemData(TypedDict):
    rev: str
    type: str
    msg: str


class ProblemData(_ProblemData, total=False):
    name: str
    source: str


class PlotsAnswer(TypedDict, total=False):
    """Plots by id, and what could not be read."""

    data: dict[str, list[VegaData | ImageData]]
    errors: list[ProblemData]


def plots_data(plots: PlotSet, templates: Mapping[str, Value], images: Mapping[Image, Path]) -> Value:
    """DVC's `plots show --json`; `images`: where each image was written."""
    data: dict[str, list[Value]] = {}
    for entry in plots.entries:
        shown = data[entry.id] = []
        if entry.plot is not None:
            content = fill_template(templates[entry.plot.template], entry.plot)
            shown.append({"type": "vega", "revisions": list(entry.plot.revisions), "content": content})
        for image in entry.images:
            shown.append({"type": "image", "revisions": [image.rev], "url": str(images[image])})
    errors = [_problem_data(problem) for problem in plots.problems]
    return {**({"errors": errors} if errors else {}), **({"data": data} if data else {})}


def _problem_data(problem: PlotProblem) -> Value:
    named = {"name": problem.id} if problem.id is not None else {}
    source = {"source": problem.source} if problem.source is not None else {}
    return {**named, "rev": problem.rev, **source, "type": problem.type, "msg": problem.message}
