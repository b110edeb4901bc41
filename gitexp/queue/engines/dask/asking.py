"""What a batch system says of one of our jobs: how each is asked, and how its answer reads.

An answer counts only when it is of a form that is known: a command that fails, is missing or says nothing in
time has said nothing of the job. So 'gone' is what the system itself says, never what we make of its silence.

Run for real: Slurm, Grid Engine and OAR. By their manuals alone: PBS Pro, Torque, LSF, HTCondor, Moab.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.queue.engines.dask.batch import Batch
from gitexp.queue.engines.engine import Standing, Word
from gitexp.queue.engines.slurm.commands import GLANCE, Slurm
from gitexp.queue.engines.slurm.words import FORGOTTEN
from gitexp.queue.engines.slurm.words import word_of as word_of_slurm

OVER = (Standing.LOST, Standing.ENDED)


@dataclass(frozen=True, slots=True)
class Question:
    """How a system is asked: a command, to which the job is added, and what it says of one it does not know.

    `settles`: seconds after a submission in which it may not know of it yet.
    """

    command: tuple[str, ...]
    unknown: str
    read: Callable[[str, str], Word | None]
    settles: float = 0.0


def ask(batch: Batch, job: str) -> Word | None:
    """How a job of a batch stands; None when that can't be learned now."""
    if batch.system == "slurm":
        with suppress(ExpError):
            seen = Slurm(patience=GLANCE).squeue([job])
            return next((word_of_slurm(one) for one in seen), FORGOTTEN)
        return None
    question = QUESTIONS.get(batch.system)
    word = _put(question, batch.system, job) if question is not None else None
    early = question is not None and time.time() - batch.submitted_at() < question.settles
    return None if word is not None and word.standing in OVER and early else word


def _put(question: Question, system: str, job: str) -> Word | None:
    try:
        said = subprocess.run(
            [word.format(job=job) for word in question.command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=GLANCE,
            env={**os.environ, "LC_ALL": "C"},
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return understand(question, system, job, said.returncode, said.stdout, said.stderr)


def understand(question: Question, system: str, job: str, code: int, out: str, err: str) -> Word | None:
    """What an answer means. The exit code alone means nothing: a site can tell LSF which one it gives."""
    if re.search(question.unknown, err):
        return Word(Standing.LOST, f"unknown to {system}")
    word = question.read(out, job) if code == 0 else None
    if word is None and re.search(question.unknown, out):
        return Word(Standing.LOST, f"unknown to {system}")
    return word


def _states(pending: str, running: str, over: str) -> dict[str, Standing]:
    words = ((pending, Standing.PENDING), (running, Standing.RUNNING), (over, Standing.LOST))
    return {state: standing for states, standing in words for state in states.split()}


def _word(states: Mapping[str, Standing], state: str, reason: str = "") -> Word | None:
    """None for a state that is not known: it may mean anything."""
    return Word(states[state], state, " ".join(reason.split())) if state in states else None


def _match(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.MULTILINE)
    return found[1].strip() if found else ""


def _read_sge(out: str, job: str) -> Word | None:
    """`qstat -j` has no line for the state; one with usage is there while the job runs."""
    if not _match(r"^(job_number:\s*\d+)", out):
        return None
    wrong = _match(r"^error reason\s+\d+:(.*)", out)
    if wrong:
        return Word(Standing.PENDING, "in error", f"{wrong}; `qmod -cj {job}` when that is put right")
    if re.search(r"^usage\s+\d+:", out, re.MULTILINE):
        return Word(Standing.RUNNING, "running")
    reason = _match(r"^scheduling info:(.*)", out)
    return Word(Standing.PENDING, "pending", "" if "no messages available" in reason else reason)


_PBS = _states("Q H T W", "R E S U B", "C F X")


def _read_pbs(out: str, job: str) -> Word | None:
    out = out.replace("\n\t", "")  # how long lines go on
    return _word(_PBS, _match(r"^\s*job_state = (\w)", out), _match(r"^\s*comment = (.*)", out))


_LSF = _states("PEND PSUSP WAIT PROV", "RUN USUSP SSUSP", "DONE EXIT")


def _read_lsf(out: str, job: str) -> Word | None:
    return _word(_LSF, _match(r"^\s*([A-Z]+)\s*$", out))


_OAR = _states(
    "Waiting Hold toLaunch toAckReservation Launching",
    "Running Suspended Resuming Finishing",
    "Terminated Error toError",
)


def _read_oar(out: str, job: str) -> Word | None:
    try:
        told = json.loads(out)[job]
        return _word(_OAR, str(told["state"]), str(told.get("message") or ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


_CONDOR = {"1": "idle", "2": "running", "3": "removed", "4": "completed", "5": "held", "6": "running"}
_CONDOR_STATES = _states("idle held", "running suspended", "removed completed")


def _read_htcondor(out: str, job: str) -> Word | None:
    """Nothing at all is what it says of a job that it does not know; that it can't be asked, it says."""
    number, _, reason = out.strip().partition(" ")
    if not number:
        return Word(Standing.LOST, "unknown to htcondor")
    state = _CONDOR.get(number, "suspended" if number == "7" else "")
    return _word(_CONDOR_STATES, state, "" if reason == "undefined" else reason)


_MOAB = _states(
    "Idle Hold BatchHold SystemHold UserHold Deferred Blocked NotQueued Staged Starting",
    "Running Suspended",
    "Completed Removed Vacated",
)


def _read_moab(out: str, job: str) -> Word | None:
    return _word(_MOAB, _match(r"^State:\s*(\w+)", out), _match(r"^BLOCK MSG:(.*)", out))


_NOTHING = r"(?!)"  # it has no words for that

QUESTIONS = {
    "sge": Question(("qstat", "-j", "{job}"), r"jobs do not exist", _read_sge),
    # PBS Pro: 'Unknown Job Id 12.host', '12.host Job has finished, …'; Torque: 'Unknown Job Id Error 12.h'.
    "pbs": Question(("qstat", "-f", "{job}"), r"Unknown Job Id|Job has finished", _read_pbs),
    # mbatchd answers bjobs from a copy that it makes anew only now and then.
    "lsf": Question(
        command=("bjobs", "-noheader", "-o", "stat", "{job}"),
        unknown=r"is not found|No unfinished job found",
        read=_read_lsf,
        settles=60,
    ),
    "oar": Question(("oarstat", "-J", "-j", "{job}"), _NOTHING, _read_oar),
    "htcondor": Question(
        command=("condor_q", "{job}", "-af", "JobStatus", "HoldReason"),
        unknown=_NOTHING,
        read=_read_htcondor,
        settles=10,
    ),
    "moab": Question(
        command=("checkjob", "{job}"),
        unknown=r"cannot locate job|invalid job specified",
        read=_read_moab,
        settles=60,
    ),
}
