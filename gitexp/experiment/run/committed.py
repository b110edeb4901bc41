"""Which files of a run go into its commit beside what Git tracks already.

The snapshot holds every file of the workspace that is not ignored. A run adds to that: locks, .gitignore
files, small outs, and whatever the top level of dvc.yaml lists (DVCLive writes such files and entries).
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Iterator
from pathlib import Path

from gitexp.pipeline.stage import Out, Pipeline, Stage


def paths_to_commit(root: Path, pipeline: Pipeline, stages: Iterable[Stage]) -> list[str]:
    """Files and folders to force into the commit, relative to the DVC root; some may not exist.

    Never a cached out nor anything inside one: those are in the cache.
    """
    ran = list(stages)
    cached = {out.path for stage in pipeline.stages for out in stage.outs if out.cache}
    wanted = [path for stage in ran for path in _of_stage(stage)]
    wanted += [*pipeline.params, *pipeline.metrics]
    wanted += [plot.path for plot in pipeline.plots if plot.path is not None]
    inside = (
        path for path in dict.fromkeys(wanted) if not path.startswith(("/", "../")) and "://" not in path
    )
    return [found for path in inside for found in _without_cached(root, path, cached)]


def _of_stage(stage: Stage) -> Iterator[str]:
    yield stage.file
    if not stage.is_data:
        yield stage.lock_file
    yield from (param.path for param in stage.params)
    for out in stage.outs:
        yield gitignore_of(out) if out.cache else out.path


def gitignore_of(out: Out) -> str:
    """The .gitignore that names a cached out: the one beside it."""
    return posixpath.join(posixpath.dirname(out.path), ".gitignore")


def _without_cached(root: Path, path: str, cached: set[str]) -> Iterator[str]:
    """`path`; if cached outs lie below it, the files below it that belong to none of them."""
    if _within(path, cached):
        return
    if not any(out.startswith(f"{path}/") for out in cached):
        yield path
        return
    for folder, _, names in os.walk(root / path):
        for name in names:
            file = (Path(folder) / name).relative_to(root).as_posix()
            if not _within(file, cached):
                yield file


def _within(path: str, cached: set[str]) -> bool:
    while path:
        if path in cached:
            return True
        path = posixpath.dirname(path)
    return False
