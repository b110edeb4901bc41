"""A connection to a Dask scheduler, for a moment."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import dask.config
from distributed import Client, Future, fire_and_forget

from gitexp.errors import Exit, ExpError
from gitexp.queue.engines.dask import there

_PATIENCE = 10  # seconds for a scheduler to answer


@contextmanager
def connected(address: str) -> Iterator[Scheduler]:
    """The scheduler at an address, or of a scheduler file. Raises ExpError when it does not answer."""
    with _quiet():
        try:
            client = Client(
                **_place(address),
                timeout=_PATIENCE,
                set_as_default=False,
                name="gitexp",
                direct_to_workers=False,
            )
        except (OSError, ValueError, TimeoutError) as error:
            raise ExpError(
                f"no Dask scheduler answers at {address or 'its configured address'}: {error}",
                "`dask scheduler` starts one; `--on dask=tcp://HOST:8786` names it.",
            ) from error
        try:
            yield Scheduler(client)
        except (OSError, TimeoutError) as error:
            raise ExpError(f"the Dask scheduler at {address} does not answer any more: {error}") from error
        finally:
            with suppress(Exception):
                client.close(timeout=2)


def _place(address: str) -> Mapping[str, Any]:
    known = address or dask.config.get("scheduler-address", "")
    if not known:
        raise ExpError("Dask needs an address.", "`--on dask=tcp://HOST:8786`.", Exit.USAGE)
    if "://" not in known and Path(known).is_file():
        return {"scheduler_file": known}
    return {"address": known}


class Scheduler:
    """What we ask of a scheduler. Errors of the connection are OSError and TimeoutError."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def address(self) -> str:
        """Where it is, as other processes can name it."""
        return str(self._client.scheduler.address)

    def workers(self) -> Mapping[str, Mapping[str, Any]]:
        """Address -> what Dask knows of each worker."""
        found: Mapping[str, Mapping[str, Any]] = self._client.scheduler_info(n_workers=-1)["workers"]
        return found

    def give(self, key: str, words: str, **terms: Any) -> None:
        """Have `there.run(words)` run by some worker, whatever becomes of us."""
        future = self._client.submit(there.whole(there.run), words, key=key, pure=False, **terms)
        fire_and_forget(future)

    def states(self, keys: Sequence[str]) -> Mapping[str, tuple[str, str, Mapping[str, float], str]]:
        """Of the tasks it knows: state, worker, resources asked for, error."""
        found: Mapping[str, Any] = self._client.run_on_scheduler(there.whole(there.states), list(keys))
        return found

    def forget(self, keys: Sequence[str]) -> None:
        """Drop tasks, begun or not."""
        futures = [Future(key, client=self._client) for key in keys]
        self._client.cancel(futures, force=True)

    def on_workers(
        self, function: Callable[..., Any], *words: Any, workers: Sequence[str] | None = None
    ) -> Mapping[str, Any]:
        """What a function says on each worker (all by default), beside its tasks; errors as exceptions."""
        said: Mapping[str, Any] = self._client.run(
            there.whole(function),
            *words,
            workers=None if workers is None else list(workers),
            on_error="return",
        )
        return said


@contextmanager
def _quiet() -> Iterator[None]:
    """Dask logs to stderr what we say better."""
    logger = logging.getLogger("distributed")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)
