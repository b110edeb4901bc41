"""Several experiments in one job of a real Slurm: each for itself, whatever becomes of the rest."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from gitexp.experiment.find import list_experiments
from gitexp.experiment.kept import FAILED, list_kept
from gitexp.project import find_project
from gitexp.queue.board import open_board
from gitexp.queue.engines.tickets import Tickets
from gitexp.queue.job import QueuedJob
from tests.programs import exp, exp_ok, git
from tests.slurm import Cluster, job_of, states, status, wait_for_states, wait_until


def queue(project: Path, count: int, gate: Path, through: set[int]) -> None:
    """e-1, e-2, …: each waits for the gate, but those that may go `through`."""
    for number in through:
        Path(f"{gate}-{number}").touch()
    values = ",".join(str(number) for number in range(1, count + 1))
    exp_ok(project, "run", "--queue", "-q", "-n", "e", "-S", f"n={values}", "-S", f"gate='{gate}'")


def pack(project: Path, count: int, gate: Path, through: set[int], *options: str) -> None:
    """All of them in one job, and wait for the first that waits at the gate: those before it are done."""
    queue(project, count, gate, through)
    said = exp_ok(project, "queue", "start", "--on", "slurm", "--per-job", str(count), *options)
    assert said == f"Submitted {count} experiments to slurm in 1 job.\n"
    stops = min({*range(1, count + 1)} - through)
    wait_until(lambda: places(project)[f"e-{stops}"] == "running", "it never ran")
    before = {f"e-{number}": "success" for number in range(1, stops)}
    after = {f"e-{number}": "submitted" for number in range(stops + 1, count + 1)}
    assert states(project) == {**before, f"e-{stops}": "running", **after}


def places(project: Path) -> dict[str, str]:
    """Where the entries stand on the board; no engine is asked."""
    found = open_board(find_project(project).repo).entries()
    return {job.name: place.value for place, job in found}


def experiments(project: Path) -> list[str]:
    return sorted(found.name for found in list_experiments(find_project(project).repo))


def entry_of(project: Path, name: str) -> QueuedJob:
    [job] = [job for _, job in open_board(find_project(project).repo).entries() if job.name == name]
    return job


def timeouts(project: Path, name: str) -> int:
    tickets = Tickets(open_board(find_project(project).repo).folder)
    ticket = tickets.get(entry_of(project, name).id)
    assert ticket is not None
    return ticket.timeouts


def test_one_runs_the_rest_waits_and_each_is_killed_or_removed_alone(
    cluster: Cluster, project: Path, work: Path
) -> None:
    pack(project, 6, work / "go", {1, 3, 4})
    job = job_of(project, "e-2")
    assert experiments(project) == ["e-1"]  # it did not wait for the others
    lines = exp_ok(project, "queue", "status").split("\n")
    assert sum(f"its turn comes in slurm {job} on n" in line for line in lines) == 4
    assert sum(f"slurm {job} running on n" in line for line in lines) == 1
    exp_ok(project, "queue", "remove", "e-3")
    exp_ok(project, "queue", "kill", "e-2")
    wait_until(lambda: places(project)["e-5"] == "running", "the rest did not go on")
    assert states(project) == {
        **{"e-1": "success", "e-2": "failed", "e-4": "success", "e-5": "running", "e-6": "submitted"}
    }
    assert job_of(project, "e-5") == job
    # What is taken back is not begun any more, though its job goes on.
    assert exp_ok(project, "queue", "stop") == "Taken back into the queue: e-6\n"
    (work / "go").touch()
    wait_until(lambda: not cluster.run("squeue", "-h"), "the job did not end")
    assert states(project) == {
        "e-1": "success",
        "e-2": "failed",
        "e-4": "success",
        "e-5": "success",
        "e-6": "queued",
    }
    assert experiments(project) == ["e-1", "e-4", "e-5"]
    assert (work / "prepared").read_text() == "ran\n"


def test_told_ahead_of_the_limit_what_ran_and_what_waited_go_to_one_job(
    cluster: Cluster, project: Path, work: Path
) -> None:
    git(project, "config", "exp.slurm.perJob", "3")  # as a default, too
    pack(project, 3, work / "go", {1, 3}, "--time", "2")
    first = job_of(project, "e-2")
    cluster.run("scancel", "--batch", "--signal=USR1", first)  # what Slurm sends ahead of the limit
    wait_until(lambda: job_of(project, "e-2") != first, "it was never submitted again")
    assert [kept.name for kept in list_kept(find_project(project).repo, FAILED)] == ["e-2"]
    wait_until(lambda: places(project)["e-2"] == "running", "it never ran again")
    assert job_of(project, "e-3") == job_of(project, "e-2")
    assert (timeouts(project, "e-2"), timeouts(project, "e-3")) == (1, 0)
    (work / "go").touch()
    wait_for_states(project, {"e-1": "success", "e-2": "success", "e-3": "success"})
    assert (work / "prepared").read_text() == "ran\n"


def test_a_worker_that_is_killed_costs_only_the_one_that_ran(
    cluster: Cluster, project: Path, work: Path
) -> None:
    pack(project, 3, work / "go", {1, 3})
    owner = entry_of(project, "e-2").owner
    assert owner is not None
    os.kill(owner.pid, signal.SIGKILL)
    wait_for_states(project, {"e-1": "success", "e-2": "queued", "e-3": "queued"})
    assert (entry_of(project, "e-2").lost, entry_of(project, "e-3").lost) == (1, 0)
    (work / "go").touch()
    exp_ok(project, "queue", "start", "--on", "slurm", "--per-job", "3")
    wait_for_states(project, {"e-1": "success", "e-2": "success", "e-3": "success"})


def test_started_again_by_slurm_it_goes_on_where_it_was(cluster: Cluster, project: Path, work: Path) -> None:
    pack(project, 3, work / "go", {1, 3})
    job = job_of(project, "e-2")
    cluster.run("scontrol", "requeue", job)
    wait_until(lambda: places(project)["e-2"] == "submitted", "it was never stopped")
    (work / "go").touch()

    def over() -> bool:
        cluster.hurry(project)
        return set(states(project).values()) == {"success"}

    wait_until(over, "it did not come to its end")
    assert experiments(project) == ["e-1", "e-2", "e-3"]


def test_cancelled_by_hand_all_of_it_is_and_says_so(cluster: Cluster, project: Path, work: Path) -> None:
    pack(project, 3, work / "go", {1, 3})
    job = job_of(project, "e-2")
    cluster.run("scancel", job)
    wait_for_states(project, {"e-1": "success", "e-2": "failed", "e-3": "failed"})
    said = exp_ok(project, "queue", "status")
    assert "stopped by somebody who cancelled its job" in said
    assert f"its slurm job {job} was CANCELLED" in said


def test_beside_each_other_in_one_job_all_are_killed_together(
    cluster: Cluster, project: Path, work: Path
) -> None:
    """The nodes have one processor and one device: so these are said, not reckoned."""
    queue(project, 3, work / "go", {3})
    terms = ("--gres", "gpu:1", "--sbatch=--cpus-per-task=1")
    exp_ok(project, "queue", "start", "--on", "slurm", "--per-job", "3", "--at-once", "2", *terms)
    wait_for_states(project, {"e-1": "running", "e-2": "running", "e-3": "submitted"})
    assert len({entry["engine"]["job"] for entry in status(project)["entries"]}) == 1
    exp_ok(project, "queue", "kill", "e-1", "e-2", "e-3")
    wait_for_states(project, {"e-1": "failed", "e-2": "failed", "e-3": "failed"})
    wait_until(lambda: not cluster.run("squeue", "-h"), "the job is left")


def test_only_entries_of_the_same_terms_are_packed(cluster: Cluster, project: Path, work: Path) -> None:
    queue(project, 2, work / "go", set())
    text = (project / "dvc.yaml").read_text()
    (project / "dvc.yaml").write_text(text.replace("mem: 100M", "mem: 200M"))
    exp_ok(project, "run", "--queue", "-q", "-n", "f", "-S", "n=3,4,5")
    said = exp_ok(project, "queue", "start", "--on", "slurm", "--per-job", "2", "--sbatch", "--hold")
    assert said == "Submitted 5 experiments to slurm in 3 jobs.\n"
    jobs = {entry["name"]: entry["engine"]["job"] for entry in status(project)["entries"]}
    assert jobs["e-1"] == jobs["e-2"]
    assert jobs["f-1"] == jobs["f-2"]
    assert len(set(jobs.values())) == 3
    exp_ok(project, "queue", "remove", "e-1")
    exp_ok(project, "queue", "hold", "f-3")
    left = cluster.run("squeue", "-h", "-r", "-o", "%i").split()
    assert sorted(left) == sorted([jobs["e-2"], jobs["f-2"]])
    exp_ok(project, "queue", "release", "f-3")
    refused = exp(project, "queue", "start", "--on", "slurm", "--per-job", "2", "--by-stage")
    assert refused.code == 2
    assert "`--by-stage` makes a job of each stage" in refused.err
    assert places(project)["f-3"] == "queued"
