"""How answers of batch systems about a job are read: as they gave them, or as their manuals have them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gitexp.queue.engines.dask.asking import QUESTIONS, ask, understand
from gitexp.queue.engines.dask.batch import Batch
from gitexp.queue.engines.engine import Standing

# What Grid Engine 8.1.9 and OAR 2.5.9 said; the rest is from the manuals of the others.
SGE = "job_number:                 5\nexec_file:                  job_scripts/5\n"
OAR = '{{"3": {{"state": "{}", "message": "{}", "Job_Id": 3}}}}'
PBS = "Job Id: 12.host\n    Job_Name = exp-scheduler\n    job_state = {}\n    comment = {}\n"

PENDING, RUNNING, LOST = Standing.PENDING, Standing.RUNNING, Standing.LOST


@pytest.mark.parametrize(
    ("system", "job", "code", "out", "err", "standing", "reason"),
    [
        ("sge", "5", 0, SGE + "scheduling info:            Job is in hold state\n", "", PENDING, "in hold"),
        (
            "sge",
            "5",
            0,
            SGE + "scheduling info:            There are no messages available\n",
            "",
            PENDING,
            "",
        ),
        ("sge", "5", 0, SGE + "usage         1:            cpu=00:00:00\n", "", RUNNING, ""),
        (
            "sge",
            "5",
            0,
            SGE + "error reason    1:          can't open\n",
            "",
            PENDING,
            "can't open; `qmod -cj 5`",
        ),
        ("sge", "5", 1, "", "Following jobs do not exist: \n5\n", LOST, ""),
        ("sge", "5", 1, "", "error: commlib error: got select error (Connection refused)\n", None, ""),
        ("oar", "3", 0, OAR.format("Hold", "R=1,W=2:0:0,J=B"), "", PENDING, "R=1,W=2:0:0,J=B"),
        ("oar", "3", 0, OAR.format("Running", ""), "", RUNNING, ""),
        ("oar", "3", 0, OAR.format("Error", "Job killed by Leon directly"), "", LOST, "killed by Leon"),
        ("oar", "3", 0, "", "", None, ""),
        ("oar", "3", 25, "", "DB connection error, exiting.\n", None, ""),
        (
            "pbs",
            "12.host",
            0,
            PBS.format("Q", "Not Running: Insufficient amount\n\t of ncpus"),
            "",
            PENDING,
            "ncpus",
        ),
        ("pbs", "12.host", 0, PBS.format("R", "Job run"), "", RUNNING, ""),
        ("pbs", "12.host", 0, PBS.format("C", ""), "", LOST, ""),
        ("pbs", "12.host", 0, PBS.format("M", ""), "", None, ""),
        ("pbs", "12.host", 153, "", "qstat: Unknown Job Id 12.host\n", LOST, ""),
        ("pbs", "12.host", 153, "", "qstat: Unknown Job Id Error 12.host\n", LOST, ""),
        ("pbs", "12.host", 35, "", "qstat: 12.host Job has finished, use -x or -H to …\n", LOST, ""),
        ("pbs", "12.host", 111, "", "qstat: cannot connect to server host (errno=111)\n", None, ""),
        ("lsf", "111", 0, "PEND\n", "", PENDING, ""),
        ("lsf", "111", 0, "EXIT\n", "", LOST, ""),
        ("lsf", "111", 0, "UNKWN\n", "", None, ""),
        ("lsf", "111", 255, "", "Job <111> is not found\n", LOST, ""),
        ("lsf", "111", 0, "", "No unfinished job found\n", LOST, ""),
        ("lsf", "111", 255, "", "LSF is down. Please wait ...\n", None, ""),
        ("htcondor", "7.0", 0, "1 undefined\n", "", PENDING, ""),
        ("htcondor", "7.0", 0, "5 Failed to open output\n", "", PENDING, "Failed to open output"),
        ("htcondor", "7.0", 0, "", "", LOST, ""),
        ("htcondor", "7.0", 1, "", "-- Failed to fetch ads from: <1.2.3.4:9618>\n", None, ""),
        (
            "moab",
            "9",
            0,
            "job 9\n\nState: Idle\nBLOCK MSG: violates MAXPROC\n",
            "",
            PENDING,
            "violates MAXPROC",
        ),
        ("moab", "9", 0, "job 9\n\nState: Removed\n", "", LOST, ""),
        ("moab", "9", 1, "", "ERROR:    cannot locate job '9'\n", LOST, ""),
        ("moab", "9", 1, "", "ERROR:    lost connection to server\n", None, ""),
    ],
)
def test_what_an_answer_means(
    system: str, job: str, code: int, out: str, err: str, standing: Standing | None, reason: str
) -> None:
    word = understand(QUESTIONS[system], system, job, code, out, err)
    assert (word.standing if word else None) is standing
    assert word is None or reason in word.reason


def test_a_command_that_is_missing_or_silent_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert ask(Batch("pbs", tmp_path), "12.host") is None
    assert ask(Batch("slurm", tmp_path), "12") is None
    monkeypatch.setattr("gitexp.queue.engines.dask.asking.GLANCE", 0.1)
    (tmp_path / "qstat").write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    (tmp_path / "qstat").chmod(0o755)
    assert ask(Batch("pbs", tmp_path), "12.host") is None


def test_who_learns_of_jobs_late_is_not_believed_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bjobs").write_text("#!/bin/sh\necho 'Job <111> is not found' >&2; exit 255\n")
    (tmp_path / "bjobs").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    batch = Batch("lsf", tmp_path)
    batch.add_job("scheduler", "111")
    assert ask(batch, "111") is None
    os.utime(tmp_path / "jobs", (0, 0))
    word = ask(batch, "111")
    assert word is not None and word.standing is LOST
