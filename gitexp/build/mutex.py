"""Stages held apart though the graph would let them run at once: `meta: {gitexp: {mutex: gpu}}`."""

from __future__ import annotations

import hashlib

from gitexp.errors import ExpError
from gitexp.pipeline.stage import Stage


def mutexes(stage: Stage) -> tuple[str, ...]:
    """What the stage needs for itself while it runs. Raises ExpError when it is not a name or names."""
    section = stage.meta.get("gitexp") if isinstance(stage.meta, dict) else None
    value = section.get("mutex") if isinstance(section, dict) else None
    names = [] if value is None else value if isinstance(value, list) else [value]
    if not all(isinstance(name, str) for name in names):
        raise ExpError(
            f"stage '{stage.address}': `meta.gitexp.mutex` must be a name or a list of names.",
            f"correct it in {stage.file}.",
        )
    return tuple(names)


def mutex_names(stage: Stage) -> list[str]:
    """The claims that hold the stage apart from stages of other builds. Any text can be a mutex's name."""
    return [f"mutex-{hashlib.sha256(name.encode()).hexdigest()[:32]}" for name in mutexes(stage)]
