"""A RevisionReader that the threads of a sweep share: one process, and what was parsed once stays parsed."""

from __future__ import annotations

import threading
from types import TracebackType

from gitexp.experiment.record import Values
from gitexp.experiment.table.table import RevisionReader
from gitexp.project import Project


class SharedReader:
    """Values of commits and trees, one question at a time. Nothing is opened before the first."""

    def __init__(self, project: Project) -> None:
        self._reader = RevisionReader(project)
        self._lock = threading.Lock()

    def __enter__(self) -> SharedReader:
        self._reader.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._reader.__exit__(kind, error, trace)

    def commit(self, oid: str) -> Values:
        """What a commit holds."""
        with self._lock:
            return self._reader.commit(oid)

    def tree(self, oid: str) -> Values:
        """What a tree of the whole repository holds."""
        with self._lock:
            return self._reader.tree(oid)
