"""gitexp: experiments that live inside Git.

The rooms, from the ground up. Imports run one way, downwards in this list read from the bottom:

    errors      one error type with a hint, and the exit codes (beside it: content, the hash record;
                atomic, files written beside and renamed; deferred, the few imports that wait;
                dataclass, records that cost nothing to declare)
    git         all of .git: refs, objects, snapshot, worktrees, transport
    project     where things are: the DVC root, its config, our settings
    pipeline    files in, frozen records out; runs nothing
                (edit/ changes files in place, override/ reads what -S says)
    cache       content-addressed outs: hashing, store, links
    build       bring outs up to date: plan with reasons, commands, builder, run cache
    experiment  one run from snapshot to ref; what changes and lists experiments
    queue       jobs, workers, slots
    screen      events and records -> terminal, JSON, CSV, Markdown
    cli         one file a command; main(argv) -> exit code
    api         beside cli: experiments, params and metrics for Python and notebooks

    cli > screen > queue > experiment > build > cache | pipeline > project > git > errors

The life of `exp run -S train.lr=0.1`:
find the project -> snapshot the workspace into a tree -> check it out in a pooled worktree -> apply the
overrides there -> plan (up to date, restore, run; with reasons) -> build, stages in parallel -> write
dvc.lock -> commit with the baseline as parent -> create the ref under refs/exps/ (the commit point) -> leave.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gitexp.api import ExperimentRecord as ExperimentRecord
    from gitexp.api import Experiments as Experiments
    from gitexp.api import experiments as experiments
    from gitexp.api import metric_files as metric_files
    from gitexp.api import metrics as metrics
    from gitexp.api import param_files as param_files
    from gitexp.api import params as params

__version__ = "0.1.0"

# What gitexp.api gives to Python: loaded when it is first used, so that `import gitexp` is instant.
_API = (
    "ExperimentRecord",
    "Experiments",
    "experiments",
    "metric_files",
    "metrics",
    "param_files",
    "params",
)


def __getattr__(name: str) -> object:
    if name not in _API:
        raise AttributeError(f"module 'gitexp' has no attribute '{name}'")
    return getattr(import_module("gitexp.api"), name)


def __dir__() -> list[str]:
    return [*globals(), *_API]
