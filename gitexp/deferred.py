"""The one way to import late: for libraries that cost much and that most calls don't need.

Command modules are loaded on demand, so imports stay at the top of files. What stands in `COSTS` is
imported where it is used because a module that everybody loads needs it only sometimes; each line has
its measured cost (Python 3.11, two cores) and its reason. Add a line before you add a use.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

COSTS = {
    "gitexp.cache.remotes.http_server": "40 ms of http.client; only data remotes of this kind",
    "gitexp.cache.remotes.object_store": "25 ms of obstore; only data remotes of this kind",
    "gitexp.cache.remotes.object_uploads": "40 ms of http.client; only `exp gc -c` on S3",
    "gitexp.cache.remotes.sftp": "10 ms of subprocess; only data remotes of this kind",
    "gitexp.experiment.share.auto_push": "60 ms of data remotes; only runs that are pushed at once",
    "gitexp.cli.apply": "4 ms; of runs only those with --apply",
    "gitexp.cli.run_here": "70 ms of engine and views; of runs all but those with --queue",
    "gitexp.cli.run_queue": "30 ms; of runs only those with --queue and --run-all",
    "gitexp.cli.ui": "15 ms; of `exp show` only with -i",
    "gitexp.cli.ui_session": "300 ms of textual, an extra that may be missing; only the interactive table",
    "gitexp.screen.run.live": "60 ms of rich; only a run watched on a terminal",
    "gitexp.experiment.data.supply": "60 ms of data remotes; only runs with `--pull`",
    "gitexp.cli.diff_data": "70 ms of data remotes; only `exp diff --data`",
    "gitexp.cli.their_data": "60 ms of data remotes; only projects that have one push and pull data",
    "gitexp.queue.engines.dask.doctor": "1 s of distributed; only `exp queue doctor` of Dask",
    "gitexp.queue.engines.dask.engine": "1 s of distributed; only queues that run on Dask",
    "gitexp.queue.engines.dask.jobqueue": "100 ms of dask-jobqueue; only Dask in jobs of a batch system",
    "gitexp.queue.engines.slurm.engine": "10 ms of pipelines; only a queue that Slurm has a part of",
    "gitexp.queue.engines.slurm.doctor": "5 ms; only `exp queue doctor` for Slurm",
    "gitexp.queue.engines.slurm.allocation": "5 ms; only inside a job of Slurm",
    "importlib.metadata": "30 ms of email and zipfile; only engines of others",
    "hydra.core.override_parser.overrides_parser": "150 ms; only runs with -S parse overrides",
    "hydra": "120 ms; only projects that compose params.yaml with Hydra",
    "hydra.core.plugins": "comes with hydra; only projects that have Hydra plugins of their own",
    "ruamel.yaml": "20 ms; only commands that edit a manifest in place",
    "tomllib": "6 ms; only TOML params and metrics (Python 3.11 and later)",
    "tomli": "6 ms; the same before Python 3.11",
    "tomlkit": "15 ms; only an override in a TOML file",
    "omegaconf": "55 ms; only overrides with ${…} interpolation and Hydra composition",
    "vl_convert": "70 ms, and an extra that may be missing; only pictures and pages of plots",
    "pygit2": "60 ms; only listings of many experiments read objects in bulk",
    "pathspec": "29 ms; only projects whose .dvcignore holds a pattern",
}


def module(name: str) -> Any:
    """The module `name`, imported now. It must be listed in `COSTS`."""
    if name not in COSTS:
        raise LookupError(f"{name} is not in gitexp.deferred.COSTS")
    return import_module(name)
