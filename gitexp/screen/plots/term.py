"""Plots in a terminal: curves in braille, confusion matrices as tables, bars as bars."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from gitexp.content import Value
from gitexp.dataclass import dataclass
from gitexp.experiment.plots.record import REV, Plot, PlotSet
from gitexp.screen.cells import fit, one_line, plural, width
from gitexp.screen.plots.canvas import Dot, DotCanvas
from gitexp.screen.terminal import BLUE, BOLD, CYAN, GREEN, RED, YELLOW, paint
from gitexp.screen.text_table import align

_HIGH = 15  # rows of a drawing; odd, so that one is the middle
_STYLES = (BLUE, YELLOW, GREEN, RED, CYAN, "35")
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MOST_ROWS = 40  # of a table or of bars
Curve = tuple[str, list[tuple[float, float]]]  # what it is called, its points


@dataclass(frozen=True, slots=True)
class Canvas:
    """What the terminal can take."""

    wide: int = 80
    unicode: bool = True
    colour: bool = False


def term_plots(plots: PlotSet, canvas: Canvas) -> Iterator[str]:
    """Every plot, one below the other, no line wider than the canvas. Images are named, not drawn."""
    for entry in plots.entries:
        if entry.plot is not None:
            yield paint(fit(one_line(entry.plot.title), canvas.wide), BOLD, canvas.colour)
            yield from _drawn(entry.plot, canvas)
            yield ""
        elif entry.images:
            yield fit(f"{one_line(entry.id)}: {plural(len(entry.images), 'image')}", canvas.wide)
            yield ""


def _drawn(plot: Plot, canvas: Canvas) -> Iterator[str]:
    if plot.template.startswith("confusion") or plot.template == "scatter_jitter":
        yield from _matrix(plot, canvas)
        return
    if plot.template.startswith("bar_"):
        yield from _bars(plot, canvas)
        return
    curves = [(name, points) for name, points in _curves(plot) if points]
    if not curves:
        yield f"(no numbers in {one_line(plot.series.x)} and {one_line(plot.series.y)})"
        return
    yield from _chart(plot, curves, canvas)


def _curves(plot: Plot) -> list[Curve]:
    """The finite points of each curve, named by what tells it from the others."""
    series = plot.series
    key = "::".join(series.varied)
    found: dict[str, list[tuple[float, float]]] = {}
    for point in series.points:
        name = f"{point[REV]} {point[key]}" if key else str(point[REV])
        x, y = as_number(point.get(series.x)), as_number(point.get(series.y))
        curve = found.setdefault(name, [])
        if x is not None and y is not None:
            curve.append((x, y))
    return list(found.items())


def as_number(value: Value) -> float | None:
    """A finite number, also one written as text, as tables have them."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _chart(plot: Plot, curves: Sequence[Curve], canvas: Canvas) -> Iterator[str]:
    low_x, high_x = _span([x for _, points in curves for x, _ in points])
    low_y, high_y = _span([y for _, points in curves for _, y in points])
    labels = _scale_labels(low_y, high_y)
    margin = max(map(len, labels.values()))
    dots = DotCanvas(max(canvas.wide - margin - 2, 10), _HIGH, canvas.unicode)

    def place(point: tuple[float, float]) -> Dot:
        return (
            round((point[0] - low_x) / (high_x - low_x) * (dots.dots_wide - 1)),
            round((point[1] - low_y) / (high_y - low_y) * (dots.dots_high - 1)),
        )

    for number, (_, points) in enumerate(curves):
        _draw_curve(dots, [place(point) for point in points], number, plot.template.startswith("scatter"))
        if len(curves) > 1:
            dots.letter(*place(points[-1]), _LETTERS[number % len(_LETTERS)], number)
    bar, corner, rule = ("│", "└", "─") if canvas.unicode else ("|", "+", "-")
    for row, line in enumerate(dots.lines(_STYLES, canvas.colour)):
        yield f"{labels.get(row, ''):>{margin}} {bar}{line}".rstrip()
    yield f"{'':>{margin}} {corner}{rule * dots.wide}"
    yield " " * (margin + 2) + _x_line(plot, low_x, high_x, dots.wide)
    if len(curves) > 1:
        yield from _legend(curves, canvas)


def _draw_curve(dots: DotCanvas, placed: Sequence[Dot], number: int, apart: bool) -> None:
    for before, after in zip([placed[0], *placed], placed, strict=False):
        dots.line(after if apart else before, after, number)


def _span(values: Sequence[float]) -> tuple[float, float]:
    """Lowest and highest, never the same."""
    low, high = min(values), max(values)
    if low == high or not math.isfinite(high - low):
        return (low - 0.5, high + 0.5) if abs(low) < 1e15 else (low - abs(low), high + abs(high))
    return low, high


def _scale_labels(low: float, high: float) -> dict[int, str]:
    """Row -> number beside it."""
    rows = (0, _HIGH // 2, _HIGH - 1)
    return {row: f"{high - (high - low) * row / (_HIGH - 1):.4g}" for row in rows}


def _x_line(plot: Plot, low: float, high: float, wide: int) -> str:
    first, last = f"{low:.4g}", f"{high:.4g}"
    room = max(wide - len(first) - len(last), 0)
    name = fit(one_line(plot.series.x_label), max(room - 2, 0))
    left = (room - width(name)) // 2
    return f"{first}{' ' * left}{name}{' ' * (room - left - width(name))}{last}"


def _legend(curves: Sequence[Curve], canvas: Canvas) -> Iterator[str]:
    line, taken = "", 0
    for number, (name, _) in enumerate(curves):
        text = fit(f"{_LETTERS[number % len(_LETTERS)]} {one_line(name)}", canvas.wide - 2)
        if taken and taken + 3 + width(text) > canvas.wide - 2:
            yield "  " + line
            line, taken = "", 0
        line += ("   " if taken else "") + paint(text, _STYLES[number % len(_STYLES)], canvas.colour)
        taken += (3 if taken else 0) + width(text)
    yield "  " + line


def _matrix(plot: Plot, canvas: Canvas) -> Iterator[str]:
    """How often each pair occurs: a line a y, a column an x, a table a revision."""
    series = plot.series
    for rev in plot.revisions:
        pairs = Counter(
            (str(point.get(series.y)), str(point.get(series.x)))
            for point in series.points
            if point[REV] == rev
        )
        columns = sorted({x for _, x in pairs})
        lines = sorted({y for y, _ in pairs})
        head = [f"{one_line(series.y_label)} \\ {one_line(series.x_label)}", *map(one_line, columns)]
        rows = [[one_line(y), *(str(pairs[y, x]) for x in columns)] for y in lines[:_MOST_ROWS]]
        if len(plot.revisions) > 1:
            yield fit(one_line(rev), canvas.wide)
        for text in align([head, *rows], right=range(1, len(head))):
            yield fit(text, canvas.wide)


def _bars(plot: Plot, canvas: Canvas) -> Iterator[str]:
    series = plot.series
    found = [
        (f"{point.get(series.y)}", str(point[REV]), as_number(point.get(series.x))) for point in series.points
    ]
    shown = [(name, rev, value) for name, rev, value in found if value is not None]
    if plot.template.endswith("sorted"):
        shown.sort(key=lambda bar: bar[2], reverse=True)
    most = max((abs(value) for _, _, value in shown), default=1.0) or 1.0
    many = len(plot.revisions) > 1
    names = [fit(one_line(f"{name} {rev}" if many else name), canvas.wide // 3) for name, rev, _ in shown]
    margin = max(map(width, names), default=0)
    block = "█" if canvas.unicode else "#"
    room = canvas.wide - margin - 12
    for name, (_, rev, value) in list(zip(names, shown, strict=True))[:_MOST_ROWS]:
        bar = block * max(round(abs(value) / most * room), 1 if value else 0)
        style = _STYLES[plot.revisions.index(rev) % len(_STYLES)]
        yield f"{name}{' ' * (margin - width(name))} {paint(bar, style, canvas.colour)} {value:.4g}"
    if len(shown) > _MOST_ROWS:
        yield f"({len(shown) - _MOST_ROWS} more)"
