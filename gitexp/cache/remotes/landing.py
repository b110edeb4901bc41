"""Objects that arrive from elsewhere: staged in the cache, made durable a batch at a time, then named."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from gitexp.cache.durable import Unnamed
from gitexp.cache.link import temp_beside
from gitexp.cache.remotes.transfer import Load, Transfer, Transferred
from gitexp.cache.store import Store
from gitexp.cache.trouble import file_trouble


class Landing:
    """Threads share one: `stage` is what the loads of `receive` do."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._unnamed = Unnamed()

    def receive(self, transfer: Transfer, loads: Sequence[Load]) -> Transferred:
        """Run the loads and name what has arrived, also when the rest can't. Raises ExpError."""
        try:
            try:
                return transfer.run(loads)
            finally:
                self._unnamed.flush()
        except OSError as error:
            self._unnamed.clear()
            raise file_trouble("store", Path(error.filename or self._store.root), error) from error

    def stage(self, value: str, algorithm: str, fetch: Callable[[Path], None]) -> None:
        """Let `fetch` write the bytes of an object to a new file. They get its name later, once for all.

        `fetch` must have checked them. Raises what it raises, with nothing left behind, and OSError.
        """
        objects = self._store.objects
        final = objects.path(value, algorithm)
        objects.make_folder(final)
        temp = Path(temp_beside(final))
        try:
            fetch(temp)
        except BaseException:
            temp.unlink(missing_ok=True)
            raise
        self._unnamed.add(os.fspath(temp), partial(objects.publish, os.fspath(temp), value, algorithm))
