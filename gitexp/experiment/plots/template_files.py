"""Vega-Lite templates of the project's own: a path, or a name in .dvc/plots."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from gitexp.errors import ExpError, near
from gitexp.pipeline.stage import Value
from gitexp.project import Project


def find_templates(project: Project, names: Iterable[str], built_in: Mapping[str, Value]) -> dict[str, Value]:
    """Each name's template, the project's own before built-in ones. Raises ExpError for an unknown name."""
    return {name: _find(project, name, built_in) for name in dict.fromkeys(names)}


def _find(project: Project, name: str, built_in: Mapping[str, Value]) -> Value:
    folder = project.root / ".dvc" / "plots"
    for path in (folder / f"{name}.json", folder / name, project.cwd / name, project.root / name):
        if path.is_file():
            try:
                return json.loads(path.read_bytes())
            except (OSError, ValueError) as error:
                raise ExpError(f"{path}: not a template: {error}.") from error
    if name in built_in:
        return built_in[name]
    close = near(name, list(built_in)) or list(built_in)
    raise ExpError(
        f"there is no plot template '{name}'.",
        f"built in: {', '.join(close)}; your own go into .dvc/plots/{name}.json.",
    )
