"""Jobs of a batch system that make a Dask: submitted and cancelled by dask-jobqueue, in its configuration.

What the jobs ask for stands in dask-jobqueue's own file (~/.config/dask/jobqueue.yaml); `-o walltime=2:00:00`
goes before it, `-o scheduler-walltime=…` holds for the scheduler's job alone. Every argument of its cluster
classes will do. Nothing stays on the login node: the scheduler is a job as well.
"""

from __future__ import annotations

import asyncio
import inspect
import re
import shlex
import sys
from collections.abc import Mapping
from typing import Any

import dask.config
import dask_jobqueue
from dask_jobqueue.core import Job

from gitexp.errors import Exit, ExpError, near
from gitexp.queue.engines.dask.batch import Batch

_CLUSTERS = {
    "htcondor": "HTCondorCluster",
    "lsf": "LSFCluster",
    "moab": "MoabCluster",
    "oar": "OARCluster",
    "pbs": "PBSCluster",
    "sge": "SGECluster",
    "slurm": "SLURMCluster",
}
_LISTS = ("worker_extra_args", "job_extra_directives", "job_script_prologue", "job_directives_skip")
_NUMBERS = ("cores", "processes", "job_cpu", "ncpus")
_OURS = ("scheduler", "name", "worker_command", "self", "kwargs", "base_class_kwargs", "security", "nanny")
_KEEPER = "gitexp.queue.engines.dask.keeper"
_NO_NEWS = re.compile(r"Exiting\.$|\[ERROR\] Oarsub failed")  # after the reason, by Grid Engine and OAR
# What the scheduler's job asks for, where nothing is said: it does no work itself.
_SMALL = {"cores": 1, "processes": 1, "memory": "2GB"}


def job_options(system: str, options: Mapping[str, tuple[str, ...]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Options as arguments of dask-jobqueue's jobs: of the workers, of the scheduler.

    Raises ExpError for an option that they don't have.
    """
    known = _arguments(_job_class(system))
    workers: dict[str, Any] = {}
    scheduler: dict[str, Any] = {}
    for written, values in options.items():
        name = written.replace("-", "_")
        target = scheduler if name.startswith("scheduler_") else workers
        name = name.removeprefix("scheduler_")
        if name not in known:
            close = near(name, known)
            word = close[0].replace("_", "-") if close else ""
            hint = f"did you mean {word}?" if close else f"there are {', '.join(known).replace('_', '-')}."
            raise ExpError(f"dask-jobqueue's {system} jobs have no option '{written}'.", hint, Exit.USAGE)
        target[name] = _value(written, name, values)
    shared = {key: value for key, value in workers.items() if key not in (*_SMALL, "worker_extra_args")}
    return workers, {**shared, **_SMALL, **scheduler}


def _arguments(job: type[Job]) -> list[str]:
    names = {*inspect.signature(job.__init__).parameters, *inspect.signature(Job.__init__).parameters}
    return sorted(names - set(_OURS))


def _value(written: str, name: str, values: tuple[str, ...]) -> Any:
    if name in _LISTS:
        return [value for value in values if value]
    if name not in _NUMBERS:
        return values[-1]
    if not values[-1].isdigit() or int(values[-1]) < 1:
        raise ExpError(f"`-o {written}`: '{values[-1]}' is no number from 1.", exit_code=Exit.USAGE)
    return int(values[-1])


def scheduler_options(system: str, workers: Mapping[str, Any]) -> dict[str, Any]:
    """What dask-jobqueue's configuration says of the scheduler itself: host, port, …"""
    section = f"jobqueue.{workers.get('config_name') or system}"
    return dict(dask.config.get(f"{section}.scheduler-options", None) or {})


def check_jobs(system: str, workers: Mapping[str, Any], scheduler: Mapping[str, Any], batch: Batch) -> None:
    """Raise ExpError when dask-jobqueue would not make jobs of this."""
    _make(system, batch, "scheduler", scheduler)
    _make(system, batch, "worker", workers)


def submit_scheduler(batch: Batch, options: Mapping[str, Any]) -> str:
    """Submit the scheduler's job; its id. Raises ExpError when the batch system refuses it."""
    return _submit(batch, "scheduler", options)


def submit_worker(batch: Batch, options: Mapping[str, Any]) -> str:
    """Submit a job with one or more workers; its id. Raises ExpError when the batch system refuses it."""
    return _submit(batch, "worker", options)


def cancel_jobs(batch: Batch) -> None:
    """Cancel all jobs of a batch, those that run too. What is over already is no error."""
    cancel = _job_class(batch.system).cancel_command
    for job in batch.jobs():
        try:
            asyncio.run(Job._close_job(job, cancel))
        except OSError:  # no such command on this machine: the jobs end by themselves
            return


def commands_of(system: str) -> str:
    """What submits a job there."""
    return shlex.split(str(_job_class(system).submit_command))[0]


def _submit(batch: Batch, kind: str, options: Mapping[str, Any]) -> str:
    job = _make(batch.system, batch, kind, options)
    try:
        asyncio.run(job.start())
    except FileNotFoundError as error:
        raise ExpError(
            f"there is no `{commands_of(batch.system)}` on this machine.", "log in to a node of the cluster."
        ) from error
    except (RuntimeError, OSError, ValueError) as error:
        command = commands_of(batch.system)
        raise ExpError(f"{command}: {_complaint(str(error)).removeprefix(f'{command}: ')}") from error
    batch.add_job(kind, job.job_id)
    return str(job.job_id)


def _make(system: str, batch: Batch, kind: str, options: Mapping[str, Any]) -> Job:
    """A job of dask-jobqueue's that runs what we want where it would run a worker."""
    given = dict(options)
    section = f"jobqueue.{given.get('config_name') or system}"
    if dask.config.get(section, None) is None:
        raise ExpError(f"dask-jobqueue's configuration has no section {section}.", exit_code=Exit.USAGE)
    prologue = _list(given, section, "job_script_prologue")
    directives = _list(given, section, "job_extra_directives")
    if system == "sge" and not any(one.startswith("-S") for one in directives):
        # Its queues give scripts to csh, whatever their first line says, unless they are told otherwise.
        given["job_extra_directives"] = [*directives, "-S /bin/bash"]
    if "log_directory" not in given and dask.config.get(f"{section}.log-directory", None) is None:
        given["log_directory"] = str(batch.log)
        if system == "oar" and not any(one.startswith("-O") for one in directives):
            # dask-jobqueue leaves it to OAR, which writes into the folder where it was called.
            logs = (f"-{letter} '{batch.log}/%jobid%.{end}'" for letter, end in (("O", "out"), ("E", "err")))
            given["job_extra_directives"] = [*directives, *logs]
    if system == "oar" and dask.config.get(f"{section}.memory-per-core-property-name", None) is None:
        given.setdefault("memory_per_core_property_name", "not_applicable")  # and it does not warn of that
    if kind == "scheduler":
        given |= {"worker_command": _KEEPER, "scheduler": shlex.quote(str(batch.folder))}
        given.setdefault("worker_extra_args", [])
    else:
        # A worker may begin before its scheduler does, or when there is nothing left to do.
        over, there = shlex.quote(str(batch.over_file)), shlex.quote(str(batch.scheduler_file))
        waiting = f"while [ ! -e {there} ]; do [ ! -e {over} ] || exit 0; sleep 1; done"
        prologue = [*prologue, waiting]
        given["scheduler"] = f"--scheduler-file={there}"
    try:
        job = _job_class(system)(
            name=f"{batch.folder.name}-{kind}-{len(batch.jobs())}",
            **{"python": sys.executable, "job_name": f"exp-{kind}", **given, "job_script_prologue": prologue},
        )
    except (ValueError, TypeError) as error:
        raise ExpError(
            f"dask-jobqueue makes no job of this: {str(error).strip().splitlines()[0]}",
            f"say `-o cores=4 -o memory=16GB`, or in ~/.config/dask/jobqueue.yaml under jobqueue.{system}.",
            Exit.USAGE,
        ) from error
    job.job_header = _with_quotes(str(job.job_header), str(job.log_directory or ""))
    return job


def _with_quotes(header: str, folder: str) -> str:
    """Directives in which a path has blanks: dask-jobqueue writes it as it is."""
    if len(folder.split()) < 2:
        return header
    return re.sub(rf"(?<![\"'])({re.escape(folder)}[^\s'\"]*)", r'"\1"', header)


def _list(given: Mapping[str, Any], section: str, name: str) -> list[str]:
    """An option that is a list: as it is given, or as the configuration has it."""
    value = given.get(name)
    return list(
        (dask.config.get(f"{section}.{name.replace('_', '-')}", None) if value is None else value) or ()
    )


def _job_class(system: str) -> type[Job]:
    found: type[Job] = getattr(dask_jobqueue, _CLUSTERS[system]).job_cls
    return found


def _complaint(text: str) -> str:
    """What a command said, out of what dask-jobqueue says of it."""
    said = text.partition("stderr:\n")[2] or text
    lines = [line for line in said.strip().splitlines() if line.strip() and not _NO_NEWS.match(line)]
    return lines[-1] if lines else "it failed and said nothing"
