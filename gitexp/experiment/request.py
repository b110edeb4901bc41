"""What the user asks of `exp run`, and the attempts that it expands to."""

from __future__ import annotations

from gitexp.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """Which stages: the targets and how far to go from them (formats.md 11.3). Empty targets: ./dvc.yaml."""

    targets: tuple[str, ...] = ()
    single_item: bool = False
    downstream: bool = False
    pipeline: bool = False
    all_pipelines: bool = False
    recursive: bool = False
    glob: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms stages run, beyond force and keep_going (formats.md 11.3).

    `force_downstream`: what depends on a stage that was made anew runs too, changed or not.
    `ignore_errors`: what depends on a failed stage runs too, and the whole counts as done.
    `run_cache`: what ran before with the same inputs is restored.
    `allow_missing`: data that is absent but known by its hash counts as unchanged.
    `pull`: data and runs that are not here are fetched from the data remote when a stage needs them.
    `timeout`: seconds for all stages together. `hydra`: whether params.yaml is composed, if it ever is.
    """

    force_downstream: bool = False
    ignore_errors: bool = False
    run_cache: bool = True
    allow_missing: bool = False
    pull: bool = False
    timeout: float | None = None
    hydra: bool = True


@dataclass(frozen=True, slots=True)
class Sweep:
    """How the overrides' values become points. `draw`: so many at random with `seed`, None for all of them.

    `repeat`: each point so many times, with another value of the param `seed_param`.
    """

    draw: int | None = None
    seed: int | None = None
    repeat: int = 1
    seed_param: str = "seed"


@dataclass(frozen=True, slots=True)
class RunRequest:
    """One `exp run`. `overrides` are texts as typed after -S; several values in one make a sweep.

    `jobs` is how many stage commands may run at once over all experiments; None takes `exp.jobs`.
    `force` runs every stage, and overwrites an experiment of the same name.
    `gpus` names the devices that stage commands share, '0,1'; None takes `exp.gpus`.
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
    terms: Terms = Terms()
    gpus: str | None = None
    sweep: Sweep = Sweep()


@dataclass(frozen=True, slots=True)
class Attempt:
    """One experiment to be: a baseline, a tree to start from, and what to change in it.

    `chosen` says that the user picked the name: then a clash is an error, else another name is made up.
    `job` is the queue entry that it belongs to. `group` is shared by repetitions of one point of a sweep
    that differ only in their seed. `environment` is the record of what it runs in, once it runs.
    """

    name: str
    baseline: str
    tree: str
    overrides: tuple[str, ...] = ()
    chosen: bool = True
    job: str | None = None
    group: str | None = None
    environment: str | None = None
