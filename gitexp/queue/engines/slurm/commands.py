"""The only caller of Slurm's commands. Each flag that is not obvious has its reason here."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError

_PATIENCE = 60.0  # seconds; a controller that is busy answers late, one that is gone after its own timeout
GLANCE = 10.0  # seconds for an answer that somebody waits for who only looks
_ID = re.compile(r"(?P<id>\d+)(;\S+)?")
_SENTENCE = re.compile(r"Submitted batch job (?P<id>\d+)( on cluster \S+)?")
_MOST_RANGES = 100  # of tasks of an array in one word
_MOST_ARGUMENTS = 500  # jobs named in one call: a command line has its limits


@dataclass(frozen=True, slots=True)
class SeenJob:
    """A job as squeue tells it; `id` is '12', or '12_3' for a task of an array."""

    id: str
    state: str
    reason: str
    node: str


@dataclass(frozen=True, slots=True)
class Slurm:
    """The cluster that commands speak to; an empty name is the one that they speak to by themselves.

    A name is one that Slurm's accounting knows (`--clusters`), a path is that of another slurm.conf.
    `patience`: seconds that a command may take.
    """

    cluster: str = ""
    patience: float = _PATIENCE

    def sbatch(self, script: Path, *options: str) -> str:
        """Submit a script; the id of its job or array. Raises ExpError with Slurm's own words."""
        # --parsable: 'ID[;CLUSTER]' instead of a sentence.
        # --export=ALL: the jobs see PATH and the rest as here, whatever SBATCH_EXPORT says.
        said = self._run("sbatch", "--parsable", "--export=ALL", *options, str(script))
        return _job_id(said)

    def squeue(self, jobs: Sequence[str]) -> list[SeenJob]:
        """Tasks and jobs of these ids, also those that ended lately; forgotten ones are left out."""
        seen = []
        for start in range(0, len(jobs), _MOST_ARGUMENTS):
            some = jobs[start : start + _MOST_ARGUMENTS]
            # --array: a line a task, also for those that wait; --states=all: not only what is not over.
            # The separator can't be in a state or an id; the reason comes last, whatever it holds.
            options = ("--noheader", "--array", "--states=all", "--format=%i|%T|%N|%r")
            try:
                said = self._run("squeue", *options, f"--jobs={','.join(some)}")
            except ExpError as error:
                # Asked for one job that it has forgotten squeue fails; for several it is silent about it.
                if "Invalid job id" not in error.message:
                    raise
                continue
            for line in said.splitlines():
                if "|" not in line:
                    continue  # 'CLUSTER: name', or what a wrapper of the site has to say
                id, state, node, reason = (line.split("|", 3) + ["", "", ""])[:4]
                seen.append(SeenJob(id, state, "" if reason == "None" else reason, node))
        return seen

    def scancel(self, jobs: Sequence[str]) -> None:
        """Cancel jobs; those that are over or unknown are no error."""
        words = in_ranges(jobs)
        for start in range(0, len(words), _MOST_ARGUMENTS):
            # --quiet: no error for what is over already.
            self._run("scancel", "--quiet", *words[start : start + _MOST_ARGUMENTS], forgive="Invalid job id")

    def show_job(self, job: str) -> dict[str, str]:
        """What the controller knows of a job of ours that runs: 'JobState', 'Restarts', 'EndTime', …"""
        # --oneliner: a job a line; values with spaces (Comment, Command) lose their tail, unread.
        said = self._run("scontrol", "--oneliner", "show", "job", job)
        pairs = (word.partition("=") for word in said.split())
        return {key: value for key, separator, value in pairs if separator}

    def requeue(self, job: str) -> None:
        """Let a running batch job start again from the beginning."""
        self._run("scontrol", "requeue", job)

    def largest_array(self) -> int:
        """One more than the largest index that a task of an array may have."""
        return int(_config(self).get("MaxArraySize", "1001"))

    def config(self) -> dict[str, str]:
        """The controller's configuration."""
        return _config(self)

    def _run(self, command: str, *words: str, forgive: str = "") -> str:
        # -M/--clusters is a flag of each of them; scontrol wants it before its own words.
        path = "/" in self.cluster
        cluster = (f"--clusters={self.cluster}",) if self.cluster and not path else ()
        try:
            done = subprocess.run(
                [command, *cluster, *words],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=self.patience,
                env={**os.environ, "SLURM_CONF": self.cluster} if path else None,
                check=False,
            )
        except FileNotFoundError as error:
            raise ExpError(
                f"there is no `{command}` on this machine.", "log in to a node of the cluster."
            ) from error
        except subprocess.TimeoutExpired as error:
            raise ExpError(f"Slurm does not answer: `{command}` took {self.patience:g} s.") from error
        if done.returncode != 0 and not (forgive and forgive in done.stderr):
            raise ExpError(f"{command}: {_problem(done.stderr)}", _hint(done.stderr))
        return done.stdout


def in_ranges(jobs: Sequence[str]) -> list[str]:
    """Jobs and tasks with the tasks of an array as ranges, '12_[0-3,7]': of each word scancel asks the
    controller for itself, and is two seconds of CPU for 500."""
    tasks: dict[str, list[int]] = {}
    words = []
    for job in dict.fromkeys(jobs):
        array, underscore, task = job.partition("_")
        if underscore and task.isdigit():
            tasks.setdefault(array, []).append(int(task))
        else:
            words.append(job)
    for array, indices in tasks.items():
        ranges = _ranges(sorted(indices))
        words += [
            f"{array}_[{','.join(ranges[start : start + _MOST_RANGES])}]"
            for start in range(0, len(ranges), _MOST_RANGES)
        ]
    return words


def _ranges(indices: Sequence[int]) -> list[str]:
    """'0-3', '7': runs of indices that follow each other."""
    runs: list[list[int]] = []
    for index in indices:
        if runs and index == runs[-1][1] + 1:
            runs[-1][1] = index
        else:
            runs.append([index, index])
    return [str(first) if first == last else f"{first}-{last}" for first, last in runs]


def _job_id(said: str) -> str:
    """The id in what sbatch printed. Wrappers of a site print more, before and after, and drop options."""
    lines = [line.strip() for line in said.splitlines()]
    found = [_ID.fullmatch(line) or _SENTENCE.fullmatch(line) for line in lines]
    ids = [match["id"] for match in found if match is not None]
    if not ids:
        raise ExpError(f"sbatch told no id of a job: {lines[-1] if lines else 'it said nothing'}")
    return ids[-1]


@cache
def _config(slurm: Slurm) -> dict[str, str]:
    said = slurm._run("scontrol", "show", "config")
    pairs = (line.partition("=") for line in said.splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}


def _problem(stderr: str) -> str:
    """The last thing that a command complained of, without its own name."""
    lines = [line for line in stderr.strip().splitlines() if line.strip()]
    last = lines[-1] if lines else "failed and said nothing"
    return last.partition("error: ")[2] or last.partition("fatal: ")[2] or last


def _hint(stderr: str) -> str | None:
    if "Limit" in stderr or "limit" in stderr:
        return "that is a limit of the cluster; submit the rest by `exp queue start` when some are done."
    return None
