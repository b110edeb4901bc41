"""Whether workers can run experiments: before anything is submitted, and at length for `exp queue doctor`."""

from __future__ import annotations

from gitexp import __version__
from gitexp.errors import ExpError
from gitexp.queue.engines.dask import there
from gitexp.queue.engines.dask.scheduler import Scheduler


def require_workers(scheduler: Scheduler) -> None:
    """Raises ExpError when a worker has no gitexp, or another one. That there is none yet is no error."""
    if not scheduler.workers():
        return
    for worker, version in scheduler.on_workers(there.versions, "gitexp").items():
        if isinstance(version, str) and version == __version__:
            continue
        has = f"has gitexp {version}" if isinstance(version, str) else "has no gitexp"
        raise ExpError(
            f"the Dask worker {worker} {has}; here it is {__version__}.",
            f"in the environment of the workers: pip install 'gitexp[dask]=={__version__}'.",
        )
