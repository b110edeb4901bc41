"""What the user asks of `exp run`, and the attempts that it expands to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """Which stages: the targets and how far to go from them (formats.md 11.3). Empty targets: ./dvc.yaml."""

    targets: tuple[str, ...] = ()
    single_item: bool = False
    downstream: bool = False
    pipeline: bool = False
    all_pipelines: bool = False
    recursive: bool = False


@dataclass(frozen=True, slots=True)
class RunRequest:
    """One `exp run`. `overrides` are texts as typed after -S; several values in one make a sweep.

    `jobs` is how many stage commands may run at once over all experiments; None takes `exp.jobs`.
    `force` runs every stage, and overwrites an experiment of the same name.
    `copy_paths` are ignored or left-out files that the run needs, relative to the current directory.
    """

    scope: Scope = Scope()
    overrides: tuple[str, ...] = ()
    name: str | None = None
    message: str | None = None
    force: bool = False
    jobs: int | None = None
    keep_going: bool = False
    copy_paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attempt:
    """One experiment to be: a baseline, a tree to start from, and what to change in it.

    `chosen` says that the user picked the name: then a clash is an error, else another name is made up.
    `job` is the queue entry that it belongs to.
    """

    name: str
    baseline: str
    tree: str
    overrides: tuple[str, ...] = ()
    chosen: bool = True
    job: str | None = None
