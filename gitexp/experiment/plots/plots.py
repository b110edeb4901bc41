"""The plots of revisions side by side: what each defines and holds, put together by id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from gitexp.content import Hash
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError, near
from gitexp.experiment.find import resolve_commit
from gitexp.experiment.pipelines import option_style
from gitexp.experiment.plots.data import parse_points
from gitexp.experiment.plots.definitions import choose_definitions, find_definitions
from gitexp.experiment.plots.files import PlotFiles
from gitexp.experiment.plots.record import (
    Definition,
    Image,
    Plot,
    PlotEntry,
    PlotError,
    PlotProblem,
    PlotSet,
    Point,
    Series,
    is_image,
)
from gitexp.experiment.plots.series import build_series, styled
from gitexp.experiment.scope import caller_dir
from gitexp.experiment.stores import open_store
from gitexp.experiment.table.parsed_files import ParsedFiles
from gitexp.experiment.table.table import WORKSPACE
from gitexp.git.objects import ObjectReader
from gitexp.git.tree_files import TreeFiles
from gitexp.pipeline.source import Files, FolderFiles, visible
from gitexp.pipeline.stage import Pipeline, PlotStyle
from gitexp.project import Project

DEFAULT_TEMPLATE = "linear"


@dataclass(frozen=True, slots=True)
class PlotRequest:
    """Which plots of which revisions. `style` overrides what the plots themselves say.

    `revisions` are what users write: 'workspace', Git revisions, names of experiments. No `targets`: all.
    """

    revisions: tuple[str, ...] = (WORKSPACE,)
    targets: tuple[str, ...] = ()
    style: PlotStyle = PlotStyle()


@dataclass(frozen=True, slots=True)
class _Read:
    """What one revision has for one id: a series, an image, or the problem with it."""

    rev: str
    definition: Definition
    series: Series | None = None
    image: Image | None = None
    problem: PlotProblem | None = None


def collect_plots(project: Project, request: PlotRequest) -> PlotSet:
    """Read the plots. What can't be read is among the problems.

    Raises ExpError for an unknown revision, and for a target that no revision has.
    """
    problems: list[PlotProblem] = []
    found: dict[str, list[_Read]] = {}
    known: list[str] = []
    with ObjectReader(project.repo) as objects:
        reader = _Reader(project, objects)
        for rev in request.revisions:
            there = reader.files(rev)
            try:
                files, definitions = reader.open(there)
            except ExpError as error:
                problems.append(PlotProblem(rev, "ExpError", error.message))
                continue
            known += [one.id for one in definitions]
            chosen = (
                choose_definitions(definitions, request.targets, files, caller_dir(project))
                if request.targets
                else definitions
            )
            for definition in chosen:
                one = _read(styled(definition, request.style), rev, files)
                found.setdefault(one.definition.id, []).append(one)
    if request.targets and not found and not problems:
        raise _unknown_target(request.targets, known)
    problems += [one.problem for reads in found.values() for one in reads if one.problem]
    entries = tuple(_entry(id, reads) for id, reads in found.items())
    return PlotSet(request.revisions, entries, tuple(problems))


def _unknown_target(targets: Sequence[str], known: Sequence[str]) -> ExpError:
    close = near(targets[0], sorted(set(known)))
    hint = f"did you mean {' or '.join(close)}?" if close else "`exp plots show` without a target shows all."
    return ExpError(f"'{targets[0]}' is neither a plot nor a file.", hint)


class _Reader:
    """Opens revisions; what several have in common is parsed once."""

    def __init__(self, project: Project, objects: ObjectReader) -> None:
        self._project = project
        self._objects = objects
        self._parsed = ParsedFiles(option_style(project.settings), str(project.root))
        self._store = open_store(project)

    def open(self, files: Files) -> tuple[PlotFiles, list[Definition]]:
        pipeline = self._parsed.pipeline(files)
        plot_files = PlotFiles(files, dict(self._cached(files, pipeline)), self._store)
        return plot_files, find_definitions(pipeline, plot_files)

    def files(self, rev: str) -> Files:
        if rev == WORKSPACE:
            return FolderFiles(self._project.root, self._project.repo)
        oid = resolve_commit(self._project.repo, rev)
        return TreeFiles(self._objects, oid, self._project.prefix, visible)

    def _cached(self, files: Files, pipeline: Pipeline) -> Iterator[tuple[str, Hash]]:
        for stage in pipeline.stages:
            text = files.read(stage.lock_file)
            entry = self._parsed.lock_entries(stage.lock_file, text).get(stage.name) if text else None
            for out in stage.outs:
                locked = entry.out(out.written) if entry else None
                if locked is not None and locked.hash is not None and out.cache:
                    yield out.path, locked.hash


def _read(definition: Definition, rev: str, files: PlotFiles) -> _Read:
    try:
        if definition.path is not None and is_image(definition.path):
            content = _content(definition.path, files)
            return _Read(rev, definition, image=Image(rev, definition.path, content))
        return _Read(rev, definition, _series(definition, rev, files))
    except PlotError as error:
        if error.type == "NoData":
            return _Read(rev, definition)
        problem = PlotProblem(rev, error.type, error.message, definition.id, error.source)
        return _Read(rev, definition, problem=problem)


def _series(definition: Definition, rev: str, files: PlotFiles) -> Series:
    read: dict[str, list[Point]] = {}

    def points(path: str) -> list[Point]:
        if path not in read:
            read[path] = parse_points(path, _content(path, files), definition.style.header is not False)
        return read[path]

    return build_series(definition, rev, points)


def _content(path: str, files: PlotFiles) -> bytes:
    text = files.read(path)
    if text is None:
        raise PlotError("FileNotFoundError", f"[Errno 2] No such file or directory: '{path}'", path)
    return text


def _entry(id: str, reads: Sequence[_Read]) -> PlotEntry:
    images = tuple(one.image for one in reads if one.image)
    series = {one.rev: one.series for one in reads if one.series}
    return PlotEntry(id, _joined(id, reads[0].definition, series) if series else None, images)


def _joined(id: str, definition: Definition, series: Mapping[str, Series]) -> Plot:
    """One series over all revisions: fields and labels are those of the first."""
    first = next(iter(series.values()))
    points = tuple(point for one in series.values() for point in one.points)
    style = definition.style
    return Plot(
        id,
        style.title or id,
        style.template or DEFAULT_TEMPLATE,
        replace(first, points=points),
        tuple(series),
    )
