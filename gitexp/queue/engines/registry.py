"""From 'slurm' or 'dask=tcp://10.0.0.7:8786' to an engine: ours by name, those of others by entry point."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from gitexp import deferred
from gitexp.errors import Exit, ExpError, near
from gitexp.project import Project
from gitexp.queue.engines.engine import Engine
from gitexp.queue.engines.local import LocalEngine, open_local

GROUP = "gitexp.engines"
LOCAL = "local"

OpenEngine = Callable[[Project, str], Engine]

# Ours: the module of each, which has a function `open_engine`. Loaded when somebody asks for it.
_OURS: dict[str, str] = {
    "dask": "gitexp.queue.engines.dask.engine",
}


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
        opener: OpenEngine = _module(target.engine).open_engine
        return opener(project, target.address)
    for point in _others():
        if point.name == target.engine:
            return cast("OpenEngine", point.load())(project, target.address)
    raise _unknown(target.engine)


def _module(name: str) -> Any:
    try:
        return deferred.module(_OURS[name])
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("gitexp"):
            raise
        raise ExpError(
            f"`--on {name}` needs {error.name}, which is not installed.", f"pip install 'gitexp[{name}]'"
        ) from error


def is_local(engine: Engine) -> bool:
    """Whether it starts workers that help themselves."""
    return isinstance(engine, LocalEngine)


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
