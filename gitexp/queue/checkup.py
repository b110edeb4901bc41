"""`exp queue doctor`: whether the machines that are to run the queue have what that takes."""

from __future__ import annotations

import subprocess

from gitexp import deferred
from gitexp.errors import Exit, ExpError
from gitexp.project import Project
from gitexp.queue.engines.engine import Order
from gitexp.queue.engines.probe import Finding, findings, parse_answers, probe_script, skew_here
from gitexp.queue.engines.registry import LOCAL, Target, engine_part


def examine(project: Project, target: Target, order: Order, seconds: float) -> list[Finding]:
    """What a machine behind the target has; for Slurm by one tiny job, waited for so many seconds.

    Raises ExpError when nothing can be learnt, and for an engine that can't be examined.
    """
    if target.engine == LOCAL:
        done = subprocess.run(
            ["/bin/sh", "-c", probe_script(project)], capture_output=True, text=True, check=False
        )
        told = parse_answers(done.stdout)
    elif target.engine == "slurm":
        doctor = deferred.module("gitexp.queue.engines.slurm.doctor")
        told = doctor.ask_node(project, target.address, order, seconds)
    elif target.engine == "dask":
        found: list[Finding] = engine_part("dask", "doctor").examine_workers(project, target.address)
        return found
    else:
        raise ExpError(
            f"'{target.engine}' can't be examined.", "`--on slurm`, dask=… and local can.", Exit.USAGE
        )
    return list(findings(project, told, skew_here(project)))
