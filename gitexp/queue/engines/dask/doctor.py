"""`exp queue doctor --on dask=…`: every worker is looked at, beside its tasks."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gitexp import __version__
from gitexp.errors import ExpError
from gitexp.git.clone import remote_url
from gitexp.project import Project
from gitexp.queue.board import board_folder
from gitexp.queue.engines.dask import there
from gitexp.queue.engines.dask.batch import new_batch, system_of
from gitexp.queue.engines.dask.scheduler import connected
from gitexp.queue.engines.probe import Finding
from gitexp.queue.engines.registry import engine_part
from gitexp.queue.place_check import look_around

_SKEW = 2.0  # seconds between two clocks from which times in tables mislead
_MODULE = "gitexp.queue.place_check"


def examine_workers(project: Project, address: str) -> list[Finding]:
    """What each worker of the scheduler has. Raises ExpError when the scheduler does not answer.

    Of a batch system: whether jobs can be made and submitted; what nodes have is seen when one runs.
    """
    system = system_of(address)
    if system is not None:
        return [*_examine_system(project, system)]
    url = remote_url(project.repo, project.settings.exp_git_remote)
    with connected(address) as scheduler:
        known = list(scheduler.workers())
        found = [_there_are(known, scheduler.address)]
        versions = scheduler.on_workers(there.versions, "gitexp") if known else {}
        able = [worker for worker, version in versions.items() if isinstance(version, str)]
        found += [_without(worker) for worker in versions if worker not in able]
        asked = time.time()
        words = (_MODULE, "look_around", url, _remotes(project))
        said = scheduler.on_workers(there.call, *words, workers=able) if able else {}
        took = time.time() - asked
    for worker, told in said.items():
        found += _judge(worker, str(versions[worker]), told, asked, took)
    return found


def _examine_system(project: Project, system: str) -> Iterator[Finding]:
    jobqueue = engine_part("dask", "jobqueue")
    command = jobqueue.commands_of(system)
    found = shutil.which(command)
    hint = None if found else f"log in to a node where {system} takes jobs."
    yield Finding("batch system", bool(found), found or f"there is no {command}", hint)
    batch = new_batch(board_folder(project.repo), system)
    workers, scheduler = jobqueue.job_options(system, {})
    try:
        jobqueue.check_jobs(system, workers, scheduler, batch)
        yield Finding("jobs", True, f"dask-jobqueue's configuration makes jobs for {system}")
    except ExpError as error:
        yield Finding("jobs", False, error.message, error.hint)
    finally:
        shutil.rmtree(batch.folder, ignore_errors=True)
    url = remote_url(project.repo, project.settings.exp_git_remote)
    for check, well, words, advice in look_around(url, _remotes(project))["findings"]:
        yield Finding(check, well, words, advice)


def _remotes(project: Project) -> list[tuple[str, str, dict[str, str]]]:
    """The data remotes that are in the committed config: without what only this machine is told."""
    remotes = project.settings.remotes.values()
    return [(one.name, one.url, {k: v for k, v in one.options.items() if k in _OPEN}) for one in remotes]


# Options that hold no secret: all that a worker is told of here; the rest it has in a config of its own.
_OPEN = frozenset({"endpointurl", "region", "profile", "use_ssl", "ssl_verify", "port", "user", "jobs"})


def _there_are(workers: Sequence[str], address: str) -> Finding:
    words = f"{address} has {len(workers)} worker{'' if len(workers) == 1 else 's'}"
    return Finding("scheduler", bool(workers), words, None if workers else f"`dask worker {address}`.")


def _without(worker: str) -> Finding:
    hint = f"in its environment: pip install 'gitexp[dask]=={__version__}'."
    return Finding(f"{worker} exp", False, "gitexp is not installed", hint)


def _judge(
    worker: str, version: str, told: Mapping[str, Any] | BaseException, asked: float, took: float
) -> Iterator[Finding]:
    same = version == __version__
    hint = f"install the same: pip install 'gitexp[dask]=={__version__}'."
    yield Finding(f"{worker} exp", same, f"gitexp {version} (here {__version__})", None if same else hint)
    if isinstance(told, BaseException):
        yield Finding(f"{worker} look", False, str(told), "its log tells more.")
        return
    for check, well, words, advice in told["findings"]:
        yield Finding(f"{worker} {check}", well, words, advice)
    ahead = told["now"] - (asked + took / 2)
    well = abs(ahead) < _SKEW + took
    words = f"{abs(ahead):.1f} s {'ahead of' if ahead > 0 else 'behind'} ours"
    yield Finding(f"{worker} clock", well, words, None if well else "run NTP there: times mislead.")
