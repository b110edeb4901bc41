"""Which plots a pipeline defines, and which of them are meant: stage plots and the top-level section."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from gitexp.experiment.plots.files import PlotFiles
from gitexp.experiment.plots.record import Definition, is_image
from gitexp.pipeline.paths import rooted
from gitexp.pipeline.stage import OutKind, Pipeline, PlotStyle


def find_definitions(pipeline: Pipeline, files: PlotFiles) -> list[Definition]:
    """Every plot, folders as one plot a file. A top-level id that is taken twice: its manifest first."""
    top = [
        (plot.file, definition)
        for plot in pipeline.plots
        for definition in _expanded(plot.id, plot.path, plot.style, posixpath.dirname(plot.file), files)
    ]
    outs = [
        definition
        for stage in pipeline.stages
        for out in stage.outs
        if out.kind is OutKind.PLOT
        for definition in _expanded(out.path, out.path, out.plot or PlotStyle(), "", files)
    ]
    # An image is one image, however many entries name it.
    taken = Counter(one.id for one in [*(one for _, one in top), *outs] if not is_image(one.path))
    named = [replace(one, id=f"{file}::{one.id}") if taken[one.id] > 1 else one for file, one in top]
    return [*named, *(one for one in outs if not (is_image(one.path) and one.id in {n.id for n in named}))]


def _expanded(
    id: str, path: str | None, style: PlotStyle, folder: str, files: PlotFiles
) -> Iterator[Definition]:
    if path is None:
        yield Definition(id, None, style, folder)
        return
    for file in files.expand(path):
        yield Definition(file, file, style, folder)


def choose_definitions(
    known: Sequence[Definition], targets: Sequence[str], files: PlotFiles, folder: str
) -> list[Definition]:
    """The plots that are meant by id, file or folder; a file that no plot names is drawn plainly.

    Files and folders are seen from `folder`, which is relative to the DVC root.
    """
    chosen: list[Definition] = []
    for target in targets:
        path = rooted(target, folder)
        found = [one for one in known if _means(target, path, one)]
        if not found and files.exists(path):
            found = [Definition(file, file) for file in files.expand(path)]
        chosen += found
    return list({one.id: one for one in chosen}.values())


def _means(target: str, path: str, definition: Definition) -> bool:
    names = (definition.id, definition.id.partition("::")[2])
    drawn = definition.path or ""
    return target in names or path == drawn or drawn.startswith(f"{path}/")
