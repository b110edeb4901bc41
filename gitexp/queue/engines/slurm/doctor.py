"""Send one tiny job to the cluster and see what it finds there."""

from __future__ import annotations

import time
from pathlib import Path

from gitexp.atomic import is_there, write_atomic
from gitexp.errors import ExpError
from gitexp.git.repo import read_config
from gitexp.project import Project
from gitexp.queue.engines.engine import Order, Standing
from gitexp.queue.engines.probe import parse_answers, probe_script
from gitexp.queue.engines.slurm.commands import Slurm
from gitexp.queue.engines.slurm.script import batches_folder
from gitexp.queue.engines.slurm.terms import terms_of_config, terms_of_order
from gitexp.queue.engines.slurm.words import FORGOTTEN, word_of

_LOOK = 0.5  # seconds between looks at the job
_LATE = 15.0  # seconds after the job's end until which its output may still be on its way


def ask_node(project: Project, address: str, order: Order, seconds: float) -> dict[str, str]:
    """The facts that a job with these terms tells; waits so many seconds for it.

    Raises ExpError when Slurm refuses the job, when it does not begin in time, and when its output never
    comes here: then the repository is not shared with the nodes.
    """
    slurm, config = Slurm(address), read_config(project.repo, "exp.slurm")
    terms = terms_of_order(order.options).over(terms_of_config(config))
    folder = batches_folder(project) / f"doctor-{time.time_ns()}"
    output = folder / "out"
    setup = config.get("exp.slurm.setup", "")
    options = [f"#SBATCH {option}" for option in ["--job-name=exp-doctor", *terms.options()]]
    text = "\n".join(["#!/bin/sh", *options, setup, probe_script(project, config.get("exp.slurm.python"))])
    write_atomic(folder / "job.sh", text.encode(), mode=0o755)
    job = slurm.sbatch(folder / "job.sh", f"--output={str(output).replace('%', '%%')}")
    try:
        return _wait(slurm, job, output, seconds)
    finally:
        slurm.scancel([job])
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()


def _wait(slurm: Slurm, job: str, output: Path, seconds: float) -> dict[str, str]:
    deadline = time.monotonic() + seconds
    ended: float | None = None
    while True:
        told = parse_answers(output.read_text(errors="replace")) if is_there(output) else {}
        if "end" in told:
            return told
        seen = slurm.squeue([job])
        word = word_of(seen[0]) if seen else FORGOTTEN
        over = word.standing in (Standing.ENDED, Standing.LOST)
        ended = ended or (time.monotonic() if over else None)
        if ended is not None and time.monotonic() - ended > _LATE:
            raise ExpError(
                f"job {job} is over ({word.state}), and what it wrote to {output} is not here.",
                "the repository must lie on a file system that login node and compute nodes share.",
            )
        if time.monotonic() > deadline and not over:
            reason = f": {word.reason}" if word.reason else ""
            raise ExpError(
                f"job {job} is still {word.state.lower()} after {seconds:g} s{reason}.",
                "`--wait 600` waits longer; `--partition` and the other options choose where it runs.",
            )
        time.sleep(_LOOK)
