"""From 'slurm' or 'dask=tcp://10.0.0.7:8786' to an engine: ours by name, those of others by entry point."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, cast

from gitexp import deferred
from gitexp.dataclass import dataclass
from gitexp.errors import Exit, ExpError, near
from gitexp.project import Project
from gitexp.queue.engines.engine import Allocation, Engine
from gitexp.queue.engines.local import open_local

GROUP = "gitexp.engines"
LOCAL = "local"

OpenEngine = Callable[[Project, str], Engine]

# Ours: the module of each, which has a function `open_engine`. Loaded when somebody asks for it.
_OURS: dict[str, str] = {
    "dask": "gitexp.queue.engines.dask.engine",
    "slurm": "gitexp.queue.engines.slurm.engine",
}

# The variable that is set in a job of an engine, and the module that knows what to do there.
_JOBS = {"SLURM_JOB_ID": "gitexp.queue.engines.slurm.allocation"}


@dataclass(frozen=True, slots=True)
class Target:
    """Where to run: an engine's name and, for some, its address."""

    engine: str
    address: str = ""

    def __str__(self) -> str:
        return f"{self.engine}={self.address}" if self.address else self.engine


def parse_target(text: str) -> Target:
    """`NAME[=ADDRESS]`. Raises ExpError when the name is missing."""
    name, _, address = text.strip().partition("=")
    if not name:
        raise ExpError(f"'{text}' names no engine.", "write `--on slurm`.", Exit.USAGE)
    return Target(name, address)


def open_engine(project: Project, target: Target) -> Engine:
    """The engine behind a target. Raises ExpError for one that nobody knows."""
    if target.engine == LOCAL:
        return open_local(project, target.address)
    if target.engine in _OURS:
        opener: OpenEngine = engine_part(target.engine).open_engine
        return opener(project, target.address)
    for point in _others():
        if point.name == target.engine:
            return cast("OpenEngine", point.load())(project, target.address)
    raise _unknown(target.engine)


def engine_part(name: str, part: str = "engine") -> Any:
    """A module of one of our engines. Raises ExpError when a package that it needs is missing."""
    try:
        return deferred.module(f"gitexp.queue.engines.{name}.{part}")
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("gitexp"):
            raise
        raise ExpError(
            f"`--on {name}` needs {error.name}, which is not installed.", f"pip install 'gitexp[{name}]'"
        ) from error


def allocation_here(project: Project) -> Allocation | None:
    """The job of an engine that this process runs in, as its environment tells; None outside of any."""
    for variable, name in _JOBS.items():
        if variable in os.environ:
            opener: Callable[[Project], Allocation] = deferred.module(name).open_allocation
            return opener(project)
    return None


def engine_names() -> list[str]:
    """Every name that `--on` takes here."""
    return sorted({LOCAL, *_OURS, *(point.name for point in _others())})


def _others() -> list[Any]:
    return list(deferred.module("importlib.metadata").entry_points(group=GROUP))


def _unknown(name: str) -> ExpError:
    names = engine_names()
    close = near(name, names)
    hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(names)}."
    return ExpError(f"no engine is called '{name}'.", hint, Exit.USAGE)
