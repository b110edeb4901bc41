"""What a stage asks of those who run it: `meta: {gitexp: {mutex: disk, slots: 4, timeout: 90s, gpus: 2}}`.

DVC refuses keys of dvc.yaml that it doesn't know and leaves `meta` to others, so this is where it stands.
"""

from __future__ import annotations

from gitexp.build.duration import parse_duration
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError, near
from gitexp.pipeline.stage import Stage, Value

_KEYS = ("mutex", "slots", "timeout", "gpus", "dask", "slurm")  # the last two are read by their engines


@dataclass(frozen=True, slots=True)
class Needs:
    """`mutexes`: names of what the stage needs for itself. `slots`: how many of `--jobs` it counts for.
    `timeout`: seconds that its commands may run, None for ever. `gpus`: devices for each of its commands,
    where devices are handed out."""

    mutexes: frozenset[str] = frozenset()
    slots: int = 1
    timeout: float | None = None
    gpus: int = 1


_NONE = Needs()


def needs_of(stage: Stage) -> Needs:
    """What the stage's meta says. Raises ExpError for an unknown key, and for a value that makes no sense."""
    section = stage.meta.get("gitexp") if isinstance(stage.meta, dict) else None
    if section is None:
        return _NONE
    if not isinstance(section, dict):
        raise _wrong(stage, "`meta.gitexp` must be a mapping", f"it may have {', '.join(_KEYS)}.")
    unknown = next((str(key) for key in section if key not in _KEYS), None)
    if unknown is not None:
        close = near(unknown, list(_KEYS))
        hint = f"did you mean {close[0]}?" if close else f"it may have {', '.join(_KEYS)}."
        raise _wrong(stage, f"`meta.gitexp` has an unknown key '{unknown}'", hint)
    return Needs(
        _mutexes(stage, section.get("mutex")),
        _slots(stage, section.get("slots", 1)),
        _timeout(stage, section.get("timeout")),
        _gpus(stage, section.get("gpus", 1)),
    )


def _mutexes(stage: Stage, value: Value) -> frozenset[str]:
    names = [] if value is None else value if isinstance(value, list) else [value]
    if not all(isinstance(name, str) for name in names):
        raise _wrong(stage, "`meta.gitexp.mutex` must be a name or a list of names")
    return frozenset(names)


def _slots(stage: Stage, value: Value) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise _wrong(stage, "`meta.gitexp.slots` must be a number of at least 1")
    return value


def _timeout(stage: Stage, value: Value) -> float | None:
    if value is None:
        return None
    try:
        return parse_duration(value)
    except ValueError as error:
        raise _wrong(stage, f"`meta.gitexp.timeout` {error}") from error


def _gpus(stage: Stage, value: Value) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise _wrong(stage, "`meta.gitexp.gpus` must be a whole number from 0")
    return value


def _wrong(stage: Stage, problem: str, hint: str | None = None) -> ExpError:
    return ExpError(f"stage '{stage.address}': {problem}.", hint or f"correct it in {stage.file}.")
