"""The records of plots: what is drawn, from which revisions, and what could not be read."""

from __future__ import annotations

from collections.abc import Mapping

from gitexp.dataclass import dataclass
from gitexp.pipeline.stage import PlotStyle, Value

Point = Mapping[str, Value]

STEP = "step"  # the x of a plot that names none: 0, 1, 2, …
REV, FILENAME, FIELD = "rev", "filename", "field"
INFERRED_X, INFERRED_Y = "dvc_inferred_x_value", "dvc_inferred_y_value"  # DVC's names for mixed fields
IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".svg")


@dataclass(frozen=True, slots=True)
class Definition:
    """A plot as one revision defines it: `path` is the file it draws, None when only `style` names files.

    `folder` is what the paths inside `style` are relative to.
    """

    id: str
    path: str | None
    style: PlotStyle = PlotStyle()
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """One column of one file."""

    file: str  # relative to the DVC root
    field: str


@dataclass(frozen=True, slots=True)
class Series:
    """The points of one plot in one revision. `varied` are the keys that tell several curves apart."""

    points: tuple[Point, ...]
    x: str
    y: str
    x_label: str
    y_label: str
    varied: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plot:
    """One picture over the revisions that have data for it; each point says its revision under 'rev'."""

    id: str
    title: str
    template: str
    series: Series
    revisions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Image:
    rev: str
    path: str
    content: bytes


@dataclass(frozen=True, slots=True)
class PlotEntry:
    """What one id stands for: a plot, or an image of each revision; neither when nothing could be read."""

    id: str
    plot: Plot | None = None
    images: tuple[Image, ...] = ()


@dataclass(frozen=True, slots=True)
class PlotProblem:
    """What could not be read; `id` is None for a whole revision. `type` is the name of an exception."""

    rev: str
    type: str
    message: str
    id: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class PlotSet:
    revisions: tuple[str, ...]
    entries: tuple[PlotEntry, ...]
    problems: tuple[PlotProblem, ...] = ()


def is_image(path: str | None) -> bool:
    return path is not None and path.lower().endswith(IMAGES)


def without_repeats(plots: PlotSet) -> PlotSet:
    """For people: a stage's plot that the top-level section shows too, in its own way, is left out."""
    again = {entry.id.partition("::")[2] for entry in plots.entries if entry.plot}
    return PlotSet(
        plots.revisions,
        tuple(entry for entry in plots.entries if entry.id not in again),
        plots.problems,
    )


class PlotError(Exception):
    """One plot of one revision can't be drawn: becomes a PlotProblem."""

    def __init__(self, type: str, message: str, source: str | None = None) -> None:
        super().__init__(message)
        self.type = type
        self.message = message
        self.source = source
