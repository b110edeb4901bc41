"""Where a job on a cluster lays out its worktrees: on its node's own disk, if there is one to be had.

    git config exp.scratch /scratch/$USER     stays between jobs, so worktrees are used again
    $SLURM_TMPDIR, $TMPDIR                    one job's own: what we laid out there goes with the job
    .git/gitexp/nodes/<node>/worktrees        else; each node has its own, for locks need not reach further

Outside of jobs worktrees stay where they are, in .git/gitexp/worktrees.
"""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Mapping
from pathlib import Path

from gitexp.dataclass import dataclass
from gitexp.git.repo import read_config
from gitexp.project import Project

SETTING = "exp.scratch"


@dataclass(frozen=True, slots=True)
class Scratch:
    """A folder for a pool of worktrees. `brief`: it goes with the job, and so must what Git knows of it."""

    folder: Path
    brief: bool = False


def scratch_of(project: Project, environ: Mapping[str, str]) -> Scratch | None:
    """The place for this job's worktrees; None outside of jobs."""
    if "SLURM_JOB_ID" not in environ:
        return None
    repo = project.repo
    node = environ.get("SLURMD_NODENAME") or socket.gethostname()
    known_as = hashlib.sha256(os.fsencode(repo.common_dir)).hexdigest()[:10]
    name = f"gitexp-{node}-{known_as}"
    written = read_config(repo, "exp").get(SETTING, "")
    if written and _is_usable(Path(os.path.expandvars(os.path.expanduser(written)))):
        return Scratch(Path(os.path.expandvars(os.path.expanduser(written))) / name / "worktrees")
    for variable in ("SLURM_TMPDIR", "TMPDIR"):
        folder = environ.get(variable, "")
        if folder and _is_usable(Path(folder)):
            job = environ["SLURM_JOB_ID"]
            return Scratch(Path(folder) / f"{name}-{job}" / "worktrees", brief=True)
    return Scratch(repo.state_dir / "nodes" / node / "worktrees")


def _is_usable(folder: Path) -> bool:
    """Whether it can be written to; it is made, should only the last part be missing."""
    try:
        folder.mkdir(exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)
