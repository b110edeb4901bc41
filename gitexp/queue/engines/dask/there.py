"""Functions that run on the scheduler and on workers. They are sent whole, not by name.

So a scheduler without gitexp serves, and a worker without it can say so. Each uses nothing but its arguments
and `import_module`; what they return is plain.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import FunctionType
from typing import Any, cast


def run(waybill: str) -> Any:
    """On a worker: run one entry."""
    try:
        worker = import_module("gitexp.queue.engines.dask.worker")
    except ModuleNotFoundError as error:
        raise RuntimeError("this Dask worker can't run experiments: " + str(error)) from error
    return worker.run_task(waybill)


def versions(program: str) -> Any:
    """On a worker: the version of `program` there; None when it is not installed."""
    try:
        return import_module("importlib.metadata").version(program)
    except Exception:
        return None


def call(module: str, function: str, *words: Any) -> Any:
    """On a worker: call a function of gitexp there."""
    return getattr(import_module(module), function)(*words)


def states(keys: list[str], dask_scheduler: Any = None) -> Any:
    """On the scheduler: key -> (state, worker, restrictions, error) of those of `keys` that it knows.

    A worker is given more tasks than it is at: by its last heartbeat those are 'processing', the rest is
    'assigned'.
    """
    found = {}
    for key in keys:
        task = dask_scheduler.tasks.get(key)
        if task is not None:
            worker = task.processing_on
            state = task.state if worker is None or task in worker.executing else "assigned"
            wants = dict(task.resource_restrictions or {})
            found[key] = (state, worker.address if worker else "", wants, task.exception_text or "")
    return found


def whole(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as one that is pickled with its code: what belongs to __main__ always is."""
    known = cast("FunctionType", function)
    names = {"import_module": import_module}
    copy = FunctionType(known.__code__, names, known.__name__, known.__defaults__)
    copy.__module__ = "__main__"
    return copy
