"""Files that were parsed once stay parsed: commits share most of their files, byte for byte.

What a pipeline was made from is remembered as the questions its loader asked and the answers it got;
another commit that gives the same answers has the same pipeline, and nothing is parsed again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import TypeVar

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.table.lock_scan import scan_lock
from gitexp.pipeline.dotdvc import read_dvc_file
from gitexp.pipeline.load import load_pipeline
from gitexp.pipeline.lock import LockEntry
from gitexp.pipeline.lockfile import read_lock
from gitexp.pipeline.params import Format, format_of, parse_params
from gitexp.pipeline.source import Files
from gitexp.pipeline.stage import Pipeline, Value
from gitexp.pipeline.template import OptionStyle
from gitexp.pipeline.yaml_alike import Alike, alike

T = TypeVar("T")
Question = tuple[str, str]  # 'read', 'kind', 'listdir' or 'manifests', and the path

KEPT = 16  # pipelines; a project rarely switches between more
KEPT_TEXTS = 4096
KEPT_MODELS = 2  # files of one path that others are read by, the last ones
MOST_MODELS = 50


@dataclass(slots=True)
class ParsedFiles:
    """Parsed values by content, pipelines by what they were made from. For one thread.

    `style` and `root` are what `load_pipeline` takes.
    """

    style: OptionStyle | None = None
    root: str | None = None
    _values: dict[tuple[str, bytes], Value | ExpError] = field(default_factory=dict)
    _locks: dict[tuple[str, bytes], Mapping[str, LockEntry] | ExpError] = field(default_factory=dict)
    _pipelines: list[tuple[dict[Question, object], Pipeline]] = field(default_factory=list)
    _models: dict[str, list[Alike | None]] = field(default_factory=dict)

    def values(self, path: str, text: bytes) -> Value:
        """The values of a params or metrics file. Raises ExpError. Not to be changed by the caller."""
        key = (path, text)
        return _once(self._values, key, lambda: self._parse(path, text))

    def _parse(self, path: str, text: bytes) -> Value:
        """Parsed; or, of the second YAML file of a path on, read beside one that was parsed."""
        if format_of(path) is not Format.YAML:
            return parse_params(path, text)
        models = self._models.setdefault(path, [])
        for model in models[-KEPT_MODELS:]:
            values = None if model is None else model.read(text)
            if values is not None:
                return values
        values = parse_params(path, text)
        if len(models) < MOST_MODELS:  # that many, and they are not alike: no more is tried
            models.append(alike(text, values))
        return values

    def lock_entries(self, lock_file: str, text: bytes) -> Mapping[str, LockEntry]:
        """Hashes by stage name in a dvc.lock, or by its own path in a .dvc file. Raises ExpError."""
        return _once(self._locks, (lock_file, text), lambda: _read_locked(lock_file, text))

    def pipeline(self, files: Files) -> Pipeline:
        """What `load_pipeline` gives for these files. Raises ExpError."""
        for answers, pipeline in self._pipelines:
            if all(_answer(files, question) == answer for question, answer in answers.items()):
                return pipeline
        watched = _Watched(files)
        pipeline = load_pipeline(watched, self.style, self.root)
        self._pipelines.insert(0, (watched.answers, pipeline))
        del self._pipelines[KEPT:]
        return pipeline


def _once(known: dict[tuple[str, bytes], T | ExpError], key: tuple[str, bytes], make: Callable[[], T]) -> T:
    if key not in known:
        if len(known) >= KEPT_TEXTS:
            known.clear()
        try:
            known[key] = make()
        except ExpError as error:
            known[key] = error
    found = known[key]
    if isinstance(found, ExpError):
        raise found
    return found


def _read_locked(lock_file: str, text: bytes) -> Mapping[str, LockEntry]:
    if lock_file.endswith(".dvc"):
        return {lock_file: read_dvc_file(text, lock_file).locked}
    scanned = scan_lock(text)
    return read_lock(text, lock_file) if scanned is None else scanned


def _answer(files: Files, question: Question) -> object:
    what, path = question
    if what == "read":
        return files.read(path)
    if what == "kind":
        return files.kind(path)
    return files.listdir(path) if what == "listdir" else files.manifests()


class _Watched:
    """Files that remember what was asked. Locks are left out: they say nothing about the stages."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self.answers: dict[Question, object] = {}

    def read(self, path: str) -> bytes | None:
        found = self._files.read(path)
        if not path.endswith(".lock"):
            self.answers["read", path] = found
        return found

    def kind(self, path: str) -> str | None:
        found = self._files.kind(path)
        self.answers["kind", path] = found
        return found

    def listdir(self, path: str) -> list[str]:
        found = self._files.listdir(path)
        self.answers["listdir", path] = found
        return found

    def manifests(self) -> list[str]:
        found = self._files.manifests()
        self.answers["manifests", ""] = found
        return found
