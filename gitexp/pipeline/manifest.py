"""One dvc.yaml, .dvc or dvc.lock as read: data that has the right shape, and where things stand in it."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import field

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.pipeline.parse_cache import ParseCache
from gitexp.pipeline.schema import Keys, Problem, Shape
from gitexp.pipeline.shapes import FOREACH, MANIFEST, STAGE
from gitexp.pipeline.stage import Value
from gitexp.pipeline.yaml import locate, parse_with_lines


@dataclass(frozen=True, slots=True)
class Manifest:
    """A parsed file. `lines` has the line of every key of the first two levels."""

    file: str  # relative to the DVC root
    text: bytes
    data: dict[str, Value]
    lines: Mapping[Keys, int] = field(default_factory=dict)

    @property
    def folder(self) -> str:
        """Its directory relative to the DVC root, '' for the root: what its paths are relative to."""
        return posixpath.dirname(self.file)

    def error(self, keys: Keys, message: str, hint: str | None = None) -> ExpError:
        """'dvc.yaml:5: stage 'train': message'. The line is looked up now, so only errors pay for it."""
        place = locate(self.text, keys)
        where = f"{self.file}:{place[0]}" if place else self.file
        message = message.removeprefix(f"'{keys[1]}': ") if len(keys) == 2 else message
        dot = "" if message.endswith(("?", ".", "!")) else "."
        return ExpError(f"{where}: {subject(keys)}{message}{dot}", hint)

    def check(self, shape: Shape, value: Value, keys: Keys = ()) -> None:
        problem = shape.problem(value, keys)
        if problem is not None:
            raise self.problem(problem)

    def problem(self, problem: Problem) -> ExpError:
        return self.error(problem.keys, problem.message, problem.hint)


def subject(keys: Keys) -> str:
    """Whom an error at `keys` is about: 'stage 'train': ', 'artifact 'model': ' or ''."""
    if len(keys) >= 2 and keys[0] in ("stages", "artifacts"):
        return f"{str(keys[0])[:-1]} '{keys[1]}': "
    return ""


def read_file(text: bytes, file: str, shape: Shape) -> Manifest:
    """Parse and check a file; an empty one counts as an empty mapping. Raises ExpError with the place."""
    data, lines = parse_with_lines(text, file)
    manifest = Manifest(file, text, data or {}, lines)
    manifest.check(shape, manifest.data)
    return manifest


def read_manifest(text: bytes, file: str, cache: ParseCache | None = None) -> Manifest:
    """A dvc.yaml, every stage checked too."""
    known = cache.find(text, "manifest") if cache else None
    if known is not None:
        return Manifest(file, text, *known)
    manifest = _checked_manifest(text, file)
    if cache:
        cache.keep(text, "manifest", manifest.data, manifest.lines)
    return manifest


def _checked_manifest(text: bytes, file: str) -> Manifest:
    manifest = read_file(text, file, MANIFEST)
    for name, definition in manifest.data.get("stages", {}).items():
        if "@" in name:
            message = "a name can't have '@': it separates the keys of foreach and matrix stages"
            raise manifest.error(("stages", name), message)
        group = "foreach" in definition or "do" in definition
        manifest.check(FOREACH if group else STAGE, definition, ("stages", name))
    return manifest
