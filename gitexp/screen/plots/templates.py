"""The built-in plot templates: Vega-Lite with DVC's anchors and names, so that custom ones look alike."""

from __future__ import annotations

from collections.abc import Mapping

from gitexp.content import Value

Spec = dict[str, Value]

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
_X, _Y = "<DVC_METRIC_X>", "<DVC_METRIC_Y>"
_NUMBER, _NAME = "quantitative", "nominal"
_COLOR, _DASH = "<DVC_METRIC_COLOR>", "<DVC_METRIC_STROKE_DASH>"
_TOOLTIP, _GROUP = "<DVC_METRIC_TOOLTIP>", "<DVC_METRIC_GROUP_BY>"
_ZOOM = "<DVC_METRIC_ZOOM_AND_PAN>"
_CELL_GROUP = ["rev", _X, _Y]


def _x(kind: str) -> Spec:
    return {"field": _X, "type": kind, "title": "<DVC_METRIC_X_LABEL>"}


def _y(kind: str) -> Spec:
    return {"field": _Y, "type": kind, "title": "<DVC_METRIC_Y_LABEL>"}


def _curve_y() -> Spec:
    return {**_y(_NUMBER), "scale": {"zero": False}}


def _framed(numbers: tuple[str, ...], body: Spec) -> Spec:
    """Data, title and size around a picture. Tables hold text: `numbers` are the fields that are none."""
    return {
        "$schema": SCHEMA,
        "data": {
            "values": "<DVC_METRIC_DATA>",
            "format": {"type": "json", "parse": dict.fromkeys(numbers, "number")},
        },
        "title": {"text": "<DVC_METRIC_TITLE>", "anchor": "middle"},
        "width": "<DVC_METRIC_PLOT_WIDTH>",
        "height": "<DVC_METRIC_PLOT_HEIGHT>",
        **body,
    }


def _simple() -> Spec:
    encoding = {"x": _x(_NUMBER), "y": _curve_y(), "color": _COLOR, "strokeDash": _DASH, "tooltip": _TOOLTIP}
    return _framed((_X, _Y), {"params": [_ZOOM], "mark": {"type": "line"}, "encoding": encoding})


def _linear() -> Spec:
    """Lines; the points nearest to the pointer show what they are."""
    near = {
        "name": "near",
        "select": {"type": "point", "on": "pointermove", "nearest": True, "clear": "pointerout"},
    }
    shown = {"condition": {"param": "near", "empty": False, "value": 1}, "value": 0}
    layers = [
        {"params": [_ZOOM], "mark": {"type": "line", "strokeWidth": 2}},
        {
            "params": [near],
            "mark": {"type": "point", "filled": True, "size": 60},
            "encoding": {"opacity": shown, "tooltip": _TOOLTIP},
        },
    ]
    encoding = {"x": _x(_NUMBER), "y": _curve_y(), "color": _COLOR, "strokeDash": _DASH}
    return _framed((_X, _Y), {"encoding": encoding, "layer": layers})


def _smooth() -> Spec:
    """The lines as they are, pale, and a local regression over them, as wide as the slider says."""
    slider = {"input": "range", "min": 0.01, "max": 1, "step": 0.01, "name": "smoothing "}
    loess = {"loess": _Y, "on": _X, "groupby": _GROUP, "bandwidth": {"signal": "bandwidth"}}
    layers = [
        {"mark": {"type": "line", "opacity": 0.25}},
        {"params": [_ZOOM], "transform": [loess], "mark": {"type": "line", "strokeWidth": 2}},
    ]
    encoding = {"x": _x(_NUMBER), "y": _curve_y(), "color": _COLOR, "strokeDash": _DASH}
    params = [{"name": "bandwidth", "value": 0.3, "bind": slider}]
    return _framed((_X, _Y), {"params": params, "encoding": encoding, "layer": layers})


def _scatter() -> Spec:
    encoding = {
        "x": {**_x(_NUMBER), "scale": {"zero": False}},
        "y": _curve_y(),
        "color": _COLOR,
        "shape": "<DVC_METRIC_SHAPE>",
        "tooltip": _TOOLTIP,
    }
    return _framed(
        (_X, _Y), {"params": [_ZOOM], "mark": {"type": "point", "filled": True}, "encoding": encoding}
    )


def _scatter_jitter() -> Spec:
    """Names against names: points that would hide each other are spread within their cell."""
    spread = [{"calculate": "random()", "as": "spread_x"}, {"calculate": "random()", "as": "spread_y"}]
    encoding = {
        "x": _x(_NAME),
        "y": _y(_NAME),
        "xOffset": {"field": "spread_x", "type": _NUMBER},
        "yOffset": {"field": "spread_y", "type": _NUMBER},
        "color": _COLOR,
        "shape": "<DVC_METRIC_SHAPE>",
        "tooltip": _TOOLTIP,
    }
    return _framed((), {"transform": spread, "mark": {"type": "point", "filled": True}, "encoding": encoding})


def _confusion(counted: list[Spec], shade: Spec, text: Spec) -> Spec:
    """How often each pair occurs, a matrix a revision."""
    across = {**_x(_NAME), "sort": "ascending", "axis": {"labelAngle": 0}}
    axes = {"x": across, "y": {**_y(_NAME), "sort": "ascending"}}
    pale = {"condition": {"test": "datum.share > 0.5", "value": "white"}, "value": "black"}
    tooltip = [{"field": _X, "type": _NAME}, {"field": _Y, "type": _NAME}, text]
    layers = [
        {"mark": "rect", "encoding": {"color": shade, "tooltip": tooltip}},
        {"mark": "text", "encoding": {"text": text, "color": pale}},
    ]
    cell = {
        "width": "<DVC_METRIC_PLOT_WIDTH>",
        "height": "<DVC_METRIC_PLOT_HEIGHT>",
        "transform": counted,
        "encoding": axes,
        "layer": layers,
    }
    facet = {"column": {"field": "rev", "sort": [], "title": None}, "row": "<DVC_METRIC_ROW>"}
    framed = _framed((), {"facet": facet, "spec": cell})
    return {key: value for key, value in framed.items() if key not in ("width", "height")}


def _confusion_counts() -> Spec:
    counted: list[Spec] = [
        {"aggregate": [{"op": "count", "as": "pairs"}], "groupby": _CELL_GROUP},
        {"impute": "pairs", "groupby": ["rev", _Y], "key": _X, "value": 0},
        {"joinaggregate": [{"op": "max", "field": "pairs", "as": "most"}], "groupby": ["rev"]},
        {"calculate": "datum.pairs / datum.most", "as": "share"},
    ]
    shade = {"field": "pairs", "type": _NUMBER, "title": None, "scale": {"domainMin": 0}}
    return _confusion(counted, shade, {"field": "pairs", "type": _NUMBER, "title": "count"})


def _confusion_shares() -> Spec:
    """The same as shares of each row."""
    counted: list[Spec] = [
        {"aggregate": [{"op": "count", "as": "pairs"}], "groupby": _CELL_GROUP},
        {"impute": "pairs", "groupby": ["rev", _Y], "key": _X, "value": 0},
        {"joinaggregate": [{"op": "sum", "field": "pairs", "as": "all"}], "groupby": ["rev", _Y]},
        {"calculate": "datum.pairs / datum.all", "as": "share"},
    ]
    shade = {"field": "share", "type": _NUMBER, "title": None, "scale": {"domain": [0, 1]}}
    text = {"field": "share", "type": _NUMBER, "title": "share", "format": ".2f"}
    return _confusion(counted, shade, text)


def _bars(order: Value) -> Spec:
    """Bars from the left, a bar a revision for each name."""
    encoding = {
        "x": _x(_NUMBER),
        "y": {**_y(_NAME), "sort": order},
        "yOffset": {"field": "rev"},
        "color": _COLOR,
        "tooltip": _TOOLTIP,
    }
    return _framed((_X,), {"mark": "bar", "encoding": encoding})


BUILT_IN: Mapping[str, Spec] = {
    "simple": _simple(),
    "linear": _linear(),
    "confusion": _confusion_counts(),
    "confusion_normalized": _confusion_shares(),
    "scatter": _scatter(),
    "scatter_jitter": _scatter_jitter(),
    "smooth": _smooth(),
    "bar_horizontal_sorted": _bars("-x"),
    "bar_horizontal": _bars(None),
}
