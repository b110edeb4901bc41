"""Which points of a sweep are experiments of this baseline already: same params, same code, all stages.

So a sweep that was interrupted, or that grows, is run by giving it again.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator, Mapping, Sequence

from gitexp.errors import ExpError
from gitexp.experiment.experiment import Experiment
from gitexp.experiment.find import list_experiments
from gitexp.experiment.message import edited_paths
from gitexp.experiment.run.foresee import Foreseen
from gitexp.experiment.run.points import Point
from gitexp.experiment.table.parsed_files import ParsedFiles
from gitexp.git.bulk_objects import BulkReader
from gitexp.git.objects import ObjectReader
from gitexp.git.restore import changed_files
from gitexp.pipeline.override.overrides import Override, by_file, parse_overrides
from gitexp.pipeline.override.values import overridden
from gitexp.pipeline.stage import Value
from gitexp.project import Project

_MANY = 40  # experiments; from here on loading libgit2 pays


def done_already(
    project: Project, foreseen: Foreseen, baseline: str, tree: str, points: Sequence[Point]
) -> frozenset[Point]:
    """The points that need not be run: `tree` with their overrides has been run to its end.

    What can't be told (params that Hydra composes, an override that does not fit) counts as not done.
    """
    known = list_experiments(project.repo, [baseline])
    if not known or project.settings.hydra.enabled:
        return frozenset()
    with BulkReader(project.repo) if len(known) > _MANY else ObjectReader(project.repo) as reader:
        search = _Search(project, foreseen, tree, reader)
        return frozenset(search.done(points, known))


class _Search:
    """One comparison of points with experiments."""

    def __init__(self, project: Project, foreseen: Foreseen, tree: str, reader: ObjectReader) -> None:
        self._project, self._foreseen, self._tree, self._reader = project, foreseen, tree, reader
        self._parsed = ParsedFiles()

    def done(self, points: Sequence[Point], known: Sequence[Experiment]) -> Iterator[Point]:
        changes = {point: by_file(parse_overrides(point.overrides)) for point in points}
        files = sorted({file for grouped in changes.values() for file in grouped})
        finished: dict[str, list[Experiment]] = {}
        for experiment in known:
            finished.setdefault(self._params_at(experiment.commit, files), []).append(experiment)
        for point, grouped in changes.items():
            wanted = self._wanted(grouped, files)
            if any(self._is_same(found, files) for found in finished.get(wanted, ())):
                yield point

    def _params_at(self, commit: str, files: Sequence[str]) -> str:
        return _as_key({file: self._values(commit, file) for file in files})

    def _wanted(self, grouped: Mapping[str, Sequence[Override]], files: Sequence[str]) -> str:
        values = {}
        for file in files:
            before = self._values(self._tree, file)
            try:
                values[file] = overridden(before, grouped.get(file, ())) if isinstance(before, dict) else None
            except ExpError:
                return ""
        return _as_key(values)

    def _values(self, rev: str, file: str) -> Value:
        text = self._reader.read(f"{rev}:{self._path(file)}")
        try:
            return None if text is None else self._parsed.values(file, text)
        except ExpError:
            return None

    def _path(self, file: str) -> str:
        return posixpath.normpath(posixpath.join(self._project.prefix, file))

    def _is_same(self, experiment: Experiment, params: Sequence[str]) -> bool:
        """Whether nothing but params, locks and outs differs, and every stage in scope was run."""
        pipeline = self._foreseen.pipeline.graph.pipeline
        outs = [out.path for stage in pipeline.stages for out in stage.outs]
        made = [*outs, *pipeline.metrics, *(plot.path for plot in pipeline.plots if plot.path), *params]
        changed = changed_files(self._project.repo, self._tree, experiment.commit)
        edited = edited_paths((change.path for change in changed), [self._path(path) for path in made])
        return not edited and self._has_all_stages(experiment.commit)

    def _has_all_stages(self, commit: str) -> bool:
        for stage in self._foreseen.stages:
            text = None if stage.is_data else self._reader.read(f"{commit}:{self._path(stage.lock_file)}")
            if text is not None and stage.name in self._parsed.lock_entries(stage.lock_file, text):
                continue
            if not stage.is_data:
                return False
        return True


def _as_key(values: Mapping[str, Value]) -> str:
    return json.dumps(values, sort_keys=True, default=str)
