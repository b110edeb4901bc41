"""The paths that a data command's words mean, seen from the DVC root."""

from __future__ import annotations

import os
from collections.abc import Sequence
from glob import glob
from pathlib import Path

from gitexp.errors import ExpError
from gitexp.pipeline.graph import Graph
from gitexp.pipeline.paths import is_manifest, parents
from gitexp.project import Project


def root_relative(project: Project, word: str) -> str:
    """A path as typed, relative to the DVC root, POSIX; '.' is the root. A link stays a link.

    Raises ExpError for a place outside the project.
    """
    typed = Path(os.path.normpath(project.cwd / word))
    place = typed.parent.resolve() / typed.name
    try:
        return place.relative_to(project.root).as_posix()
    except ValueError:
        raise ExpError(
            f"'{word}' lies outside the project ({project.root}).",
            "`exp add PATH -o OUT` copies it into the project; or put a link to it there and add the link.",
        ) from None


def matching_paths(project: Project, patterns: Sequence[str]) -> list[str]:
    """The paths that shell patterns mean, seen from where the user stands; '**' is any folders.

    DVC's own files are not among them. Raises ExpError for a pattern that nothing matches.
    """
    found: list[str] = []
    for pattern in patterns:
        matches = sorted(glob(pattern, root_dir=project.cwd, recursive=True))
        kept = [path for path in matches if not is_manifest(path) and os.path.basename(path) != ".gitignore"]
        if not kept:
            raise ExpError(f"nothing matches '{pattern}'.", "quote it, so that the shell leaves it as it is.")
        found += kept
    return list(dict.fromkeys(found))


def owner_of(graph: Graph, path: str) -> tuple[str, str] | None:
    """The out that is `path` or has it inside, with the address of its stage; None if there is none."""
    for place in (path, *reversed(parents(path))):
        if place in graph.producers:
            return place, graph.producers[place]
    return None


def outs_below(graph: Graph, path: str) -> list[str]:
    """The outs that lie inside the folder `path`."""
    prefix = "" if path == "." else f"{path}/"
    return [out for out in graph.producers if out.startswith(prefix) and out != path]
