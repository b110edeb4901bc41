"""The stages of a pipeline as lines and as JSON: what each is called and what it is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, TypedDict

from gitexp.pipeline.select import address_from
from gitexp.pipeline.stage import Out, OutKind, Stage
from gitexp.screen.text_table import align

_WIDTH = 80  # of a description, in characters


def stage_lines(stages: Sequence[Stage], cwd_rel: str = "", names_only: bool = False) -> list[str]:
    """One line a stage: its name seen from `cwd_rel`, and unless `names_only` what it is about."""
    names = [address_from(stage, cwd_rel) for stage in stages]
    if names_only:
        return names
    return align([[name, description(stage)] for name, stage in zip(names, stages, strict=True)])


def description(stage: Stage) -> str:
    """The first line of its `desc`; without one, its outputs, its reports or what it depends on."""
    said = next((line for line in (stage.desc or "").splitlines() if line.strip()), "")
    text = said or _made_up(stage)
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"


class StageData(TypedDict):
    """A stage; paths are relative to the DVC root."""

    name: Annotated[str, "as it is named from where you stand"]
    file: str
    cmd: str | list[str] | None
    wdir: str
    desc: str | None
    deps: list[str]
    params: Annotated[dict[str, list[str] | None], "keys by file; null: all"]
    outs: list[str]
    metrics: list[str]
    plots: list[str]
    frozen: bool


class StagesAnswer(TypedDict):
    """The stages and .dvc files chosen."""

    stages: list[StageData]


def stage_data(stages: Iterable[Stage], cwd_rel: str = "") -> list[StageData]:
    """The stages for a script; paths are relative to the DVC root."""
    return [
        {
            "name": address_from(stage, cwd_rel),
            "file": stage.file,
            "cmd": list(stage.cmd) if isinstance(stage.cmd, tuple) else stage.cmd,
            "wdir": stage.wdir,
            "desc": stage.desc,
            "deps": [dep.path for dep in stage.deps],
            "params": {dep.path: None if dep.keys is None else list(dep.keys) for dep in stage.params},
            "outs": _paths(stage, OutKind.OUT),
            "metrics": _paths(stage, OutKind.METRIC),
            "plots": _paths(stage, OutKind.PLOT),
            "frozen": stage.frozen,
        }
        for stage in stages
    ]


def _made_up(stage: Stage) -> str:
    outs = [out for out in stage.outs if out.kind is OutKind.OUT]
    reports = [out for out in stage.outs if out.kind is not OutKind.OUT]
    parts = [f"{word} {_listed(some)}" for word, some in (("Outputs", outs), ("Reports", reports)) if some]
    if parts:
        return "; ".join(parts)
    needs = [dep.written for dep in stage.deps] + [dep.written for dep in stage.params]
    return f"Depends on {', '.join(needs)}" if needs else "No outputs or dependencies"


def _listed(outs: Sequence[Out]) -> str:
    return ", ".join(out.written for out in outs)


def _paths(stage: Stage, kind: OutKind) -> list[str]:
    return [out.path for out in stage.outs if out.kind is kind]
