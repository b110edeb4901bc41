"""On what terms a task runs: resources, priority, how often Dask tries again.

The command line says `-o resources=GPU=1,MEMORY=16e9`, as `dask worker --resources` does; a stage of dvc.yaml
says `meta: {gitexp: {dask: {resources: {GPU: 1}}}}`, or `meta: {gitexp: {gpus: 1}}`, which is the resource
GPU. An entry asks for the most that one of its stages wants.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from gitexp.build.needs import needs_of
from gitexp.dataclass import dataclass
from gitexp.errors import Exit, ExpError, near
from gitexp.pipeline.stage import Stage, Value

KEYS = ("resources", "priority", "retries")
_RETRIES = 2  # of a task that raises: what is wrong is at the worker, and another may do better


@dataclass(frozen=True, slots=True)
class Terms:
    """`resources`: name -> how much. `priority`: higher goes first. `retries`: of tasks that raise."""

    resources: Mapping[str, float] = field(default_factory=dict)
    priority: int = 0
    retries: int = _RETRIES

    def with_stages(self, stages: Sequence[Stage]) -> Terms:
        """These, and the most of each resource that a stage asks for. What is said here goes before."""
        wanted: dict[str, float] = {}
        for stage in stages:
            for name, amount in _of_stage(stage).items():
                wanted[name] = max(amount, wanted.get(name, 0.0))
        return Terms({**wanted, **self.resources}, self.priority, self.retries)

    def words(self) -> dict[str, Any]:
        """As arguments of `Client.submit`."""
        resources = {"resources": dict(self.resources)} if self.resources else {}
        return {**resources, "priority": self.priority, "retries": self.retries}


def terms_of_order(options: Mapping[str, tuple[str, ...]]) -> Terms:
    """The terms among an order's options. Raises ExpError for an option that Dask's tasks don't have."""
    for key in options:
        if key not in KEYS:
            close = near(key, list(KEYS))
            hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(KEYS)}."
            raise ExpError(f"Dask's tasks have no option '{key}' here.", hint, Exit.USAGE)
    resources: dict[str, float] = {}
    for text in options.get("resources", ()):
        resources.update(_parse_resources(text))
    return Terms(
        resources,
        _number(options, "priority", 0),
        _number(options, "retries", _RETRIES),
    )


def _parse_resources(text: str) -> dict[str, float]:
    found = {}
    for word in text.replace(",", " ").split():
        name, equals, amount = word.partition("=")
        try:
            found[name] = float(amount)
        except ValueError:
            equals = ""
        if not name or not equals:
            raise ExpError(
                f"`-o resources`: '{word}' is not NAME=AMOUNT.", "`-o resources=GPU=1`.", Exit.USAGE
            )
    return found


def _number(options: Mapping[str, tuple[str, ...]], key: str, default: int) -> int:
    said = options.get(key, ())
    if not said:
        return default
    try:
        return int(said[-1])
    except ValueError as error:
        raise ExpError(f"`-o {key}`: '{said[-1]}' is no whole number.", exit_code=Exit.USAGE) from error


def _of_stage(stage: Stage) -> dict[str, float]:
    section = stage.meta.get("gitexp") if isinstance(stage.meta, dict) else None
    if not isinstance(section, dict):
        return {}
    # Devices are the same wish on every engine; here they are a resource of this name.
    devices = {"GPU": float(needs_of(stage).gpus)} if "gpus" in section else {}
    ours = section.get("dask")
    if ours is None:
        return devices
    resources = ours.get("resources") if isinstance(ours, dict) else None
    if not isinstance(ours, dict) or set(ours) != {"resources"} or not isinstance(resources, dict):
        raise _wrong(stage, "`meta.gitexp.dask` must be like {resources: {GPU: 1}}")
    return {**devices, **{str(name): _amount(stage, name, amount) for name, amount in resources.items()}}


def _amount(stage: Stage, name: object, amount: Value) -> float:
    if isinstance(amount, bool) or not isinstance(amount, (int, float)) or amount < 0:
        raise _wrong(stage, f"`meta.gitexp.dask.resources.{name}` must be a number from 0")
    return float(amount)


def _wrong(stage: Stage, problem: str) -> ExpError:
    return ExpError(f"stage '{stage.address}': {problem}.", f"correct it in {stage.file}.")
