"""The queue on a real Slurm: submitted and left alone, nodes lost, jobs cancelled, preempted, over time."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from gitexp.experiment.find import list_experiments
from gitexp.experiment.kept import FAILED, list_kept
from gitexp.project import find_project
from gitexp.queue.board import board_folder, open_board
from gitexp.queue.engines.engine import Ticket
from gitexp.queue.engines.tickets import Tickets
from gitexp.queue.job import Place
from tests.programs import exp, exp_ok, git
from tests.slurm import Cluster, job_of, states, status, submit_and_leave, wait_for_states, wait_until

NAMES = [f"e-{number}" for number in range(1, 13)]


def queue(project: Path, name: str, n: int, gate: Path | None = None) -> None:
    gated = ("-S", f"gate='{gate}'") if gate else ()
    exp_ok(project, "run", "--queue", "-q", "-n", name, "-S", f"n={n}", *gated)


def experiments(project: Path) -> list[str]:
    return sorted(found.name for found in list_experiments(find_project(project).repo))


def log(project: Path, name: str) -> str:
    """Nothing while there is none: Slurm says that a job runs before its first line of ours does."""
    return exp(project, "logs", name).out


def hurry_until(cluster: Cluster, project: Path, wanted: dict[str, str]) -> None:
    """Wait for these states. Slurm delays a requeued job only once it has left its node: hurried again."""

    def there() -> bool:
        cluster.hurry(project)
        return states(project) == wanted

    wait_until(there, f"{wanted} never came")


def test_a_sweep_is_submitted_and_left_alone(cluster: Cluster, project: Path, work: Path) -> None:
    """Twelve experiments in arrays of at most eight; who submitted them is gone, all that it started too."""
    exp_ok(project, "run", "--queue", "-q", "-n", "e", "-S", "n=1,2,3,4,5,6,7,8,9,10,11,12")
    said = submit_and_leave(project, "--on", "slurm", "--time", "10")
    assert said.startswith("Submitted 12 experiments to slurm.\n")

    def look() -> bool:
        seen = states(project)
        assert sorted(seen) == sorted(NAMES)  # at every moment each is somewhere, once
        assert set(seen.values()) <= {"submitted", "running", "success"}
        return set(seen.values()) == {"success"}

    wait_until(look, "not all arrived")
    assert experiments(project) == sorted(NAMES)
    assert (work / "prepared").read_text() == "ran\n"  # shared while it ran, on both nodes
    assert {log(project, name).count("with device 0") for name in NAMES} == {1}
    assert Tickets(board_folder(find_project(project).repo)).entries() == set()
    assert git(project, "status", "--porcelain") == ""
    assert exp(project, "worker", "no-such-entry").out.startswith("no-such-entry: nothing to do")


def test_a_lost_node_loses_nothing(cluster: Cluster, project: Path, work: Path) -> None:
    """A node dies with its job: Slurm starts that again, and the new life takes over from the former."""
    for number in (1, 2, 3):
        queue(project, f"e-{number}", number, work / "go")
    exp_ok(project, "queue", "start", "--on", "slurm")
    wait_until(lambda: list(states(project).values()).count("running") == 2, "two never ran")
    try:
        cluster.kill_node("n1")
        wait_until(lambda: list(states(project).values()).count("running") == 1, "its loss went unnoticed")
        (work / "go").touch()
        hurry_until(cluster, project, {"e-1": "success", "e-2": "success", "e-3": "success"})
    finally:
        cluster.start_node("n1")
    assert experiments(project) == ["e-1", "e-2", "e-3"]


def test_what_is_cancelled_by_hand_is_said_and_kept(cluster: Cluster, project: Path, work: Path) -> None:
    for number in (1, 2, 3):
        queue(project, f"e-{number}", number, work / "go")
    exp_ok(project, "queue", "start", "--on", "slurm", "-j", "1")
    wait_for_states(project, {"e-1": "running", "e-2": "submitted", "e-3": "submitted"})
    waiting, running = job_of(project, "e-3"), job_of(project, "e-1")
    cluster.run("scancel", waiting)
    wait_for_states(project, {"e-1": "running", "e-2": "submitted", "e-3": "failed"})
    assert f"its slurm job {waiting} was CANCELLED" in exp_ok(project, "queue", "status")
    wait_until(lambda: "on n" in log(project, "e-1"), "it never came to train")
    cluster.run("scancel", running)
    wait_until(lambda: states(project)["e-1"] == "failed", "it was never stopped")
    assert "stopped by somebody who cancelled its job" in exp_ok(project, "queue", "status")
    [kept] = list_kept(find_project(project).repo, FAILED)
    assert git(project, "show", f"{kept.commit}:metrics.yaml") == "value: 1"  # what it had made so far
    (work / "go").touch()
    exp_ok(project, "queue", "retry")
    exp_ok(project, "queue", "start", "--on", "slurm")
    wait_for_states(project, {"e-1": "success", "e-2": "success", "e-3": "success"})


def test_the_time_limit_is_heard_ahead_and_the_run_goes_again(
    cluster: Cluster, project: Path, work: Path
) -> None:
    git(project, "config", "exp.slurm.timeouts", "1")
    queue(project, "e", 1, work / "go")
    exp_ok(project, "queue", "start", "--on", "slurm", "--time", "2")
    wait_for_states(project, {"e": "running"})
    wait_until(lambda: "on n" in log(project, "e"), "it never came to train")
    first = job_of(project, "e")
    cluster.run("scancel", "--batch", "--signal=USR1", first)  # what Slurm sends ahead of the limit
    wait_until(lambda: job_of(project, "e") != first, "it was never submitted again")
    [kept] = list_kept(find_project(project).repo, FAILED)
    assert git(project, "show", f"{kept.commit}:metrics.yaml") == "value: 1"
    wait_for_states(project, {"e": "running"})
    wait_until(lambda: log(project, "e").count("on n") >= 1, "it never came to train")
    cluster.run("scancel", "--batch", "--signal=USR1", job_of(project, "e"))
    wait_for_states(project, {"e": "failed"})
    assert "stopped by the time limit of its job" in exp_ok(project, "queue", "status")
    assert (work / "prepared").read_text() == "ran\n"  # a finished stage is never lost


def test_preempted_it_waits_and_runs_again(cluster: Cluster, project: Path, work: Path) -> None:
    for number in (1, 2):
        queue(project, f"e-{number}", number, work / "go")
    exp_ok(project, "queue", "start", "--on", "slurm")
    wait_for_states(project, {"e-1": "running", "e-2": "running"})
    cluster.run("sbatch", "--partition=high", "--wrap=sleep 1", "--output=/dev/null", "--exclusive")
    wait_until(lambda: sorted(states(project).values()) == ["running", "submitted"], "nobody was preempted")
    (work / "go").touch()
    hurry_until(cluster, project, {"e-1": "success", "e-2": "success"})


def test_a_job_that_slurm_knows_nothing_of_is_put_back(cluster: Cluster, project: Path, work: Path) -> None:
    queue(project, "e", 1, work / "go")
    exp_ok(project, "queue", "start", "--on", "slurm", "--sbatch", "--hold")
    tickets = Tickets(board_folder(find_project(project).repo))
    [ticket] = tickets.of(tickets.entries())
    cluster.run("scancel", ticket.handle)
    tickets.put([Ticket(ticket.entry, "slurm", "", "999999_0", 0.0)])
    said = exp_ok(project, "queue", "status")
    assert "Lost by their engine and put back into the queue: e\nNext: exp queue start --on slurm\n" in said
    assert "its worker or job was lost: `exp queue start` runs it again" in exp_ok(project, "queue", "status")
    assert "`exp queue start` runs them" in exp_ok(project, "watch", "--once")
    assert states(project) == {"e": "queued"}


def test_a_job_that_ends_has_lost_ones_run_again(cluster: Cluster, project: Path, work: Path) -> None:
    """Nobody looks, nobody is on the login node: the job that ends finds that another was lost."""
    queue(project, "e-1", 1, work / "go")
    queue(project, "e-2", 2)
    exp_ok(project, "queue", "start", "--on", "slurm", "-j", "1")
    board = open_board(find_project(project).repo)
    wait_until(lambda: board.names(Place.RUNNING) != [], "it never ran")
    [(_, waiting)] = board.entries(Place.SUBMITTED)
    tickets = Tickets(board.folder)
    ticket = tickets.get(waiting.id)
    assert ticket is not None
    cluster.run("scancel", ticket.handle)
    tickets.put([replace(ticket, handle="999999_1")])  # as if Slurm had forgotten it
    (work / "go").touch()
    wait_until(lambda: experiments(project) == ["e-1", "e-2"], "what was lost was not run again")
    wait_for_states(project, {"e-1": "success", "e-2": "success"})


def test_a_slurm_that_does_not_answer_judges_nobody(
    cluster: Cluster, project: Path, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue(project, "e", 1, work / "go")
    exp_ok(project, "queue", "start", "--on", "slurm", "--sbatch", "--hold")
    silent = work / "silent"
    silent.mkdir()
    for name in ("sbatch", "squeue", "scontrol"):  # as they are when the controller is gone, without the wait
        (silent / name).write_text(f"#!/bin/sh\necho '{name}: error: connect failure' >&2\nexit 1\n")
        (silent / name).chmod(0o755)
    path = os.environ["PATH"]
    monkeypatch.setenv("PATH", f"{silent}{os.pathsep}{path}")
    said = exp_ok(project, "queue", "status")
    assert "Submitted" in said
    assert "slurm can't be asked, its jobs are shown as last seen:" in said
    refused = exp(project, "queue", "start", "--on", "slurm")
    assert (refused.code, refused.out) == (0, "Nothing waits in the queue for slurm.\n")
    queue(project, "f", 2)
    refused = exp(project, "queue", "start", "--on", "slurm")
    assert refused.code == 1
    assert "scontrol: connect failure" in refused.err
    assert states(project) == {"e": "submitted", "f": "queued"}


def test_a_slurm_that_hangs_is_not_waited_for(cluster: Cluster, project: Path, work: Path) -> None:
    queue(project, "e", 1, work / "go")
    exp_ok(project, "queue", "start", "--on", "slurm", "--sbatch", "--hold")
    git(project, "config", "exp.slurm.patience", "1")
    with cluster.hanging():
        said = exp_ok(project, "queue", "status")
    assert "slurm can't be asked, its jobs are shown as last seen: Slurm does not answer: `squeue`" in said
    assert "Submitted" in said


def test_another_slurm_is_named_by_its_configuration_through_a_wrapper_that_talks(
    cluster: Cluster, project: Path, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sites put scripts of their own in the place of sbatch: some drop options, some print things."""
    monkeypatch.delenv("SLURM_CONF")
    real, wrapper = shutil.which("sbatch"), work / "bin" / "sbatch"
    wrapper.parent.mkdir()
    words = 'for w do shift; [ "$w" = --parsable ] || set -- "$@" "$w"; done'
    wrapper.write_text(
        f"#!/bin/sh\n{words}\necho '--> checking your 2 budgets'\n{real} \"$@\"\necho '17 hours left'\n"
    )
    wrapper.chmod(0o755)
    path = os.environ["PATH"]
    monkeypatch.setenv("PATH", f"{wrapper.parent}{os.pathsep}{path}")
    queue(project, "e", 1)
    exp_ok(project, "queue", "start", "--on", f"slurm={cluster.conf}")
    wait_for_states(project, {"e": "success"})


def test_kill_hold_remove_and_stop_cancel(cluster: Cluster, project: Path, work: Path) -> None:
    for number in (1, 2, 3, 4, 5):
        queue(project, f"e-{number}", number, work / "go")
    exp_ok(project, "queue", "start", "--on", "slurm", "--array-limit", "1")
    wait_until(lambda: states(project)["e-1"] == "running", "it never ran")
    exp_ok(project, "queue", "kill", "e-2")
    exp_ok(project, "queue", "hold", "e-3")
    exp_ok(project, "queue", "remove", "e-4")
    assert exp_ok(project, "queue", "stop") == "Taken back into the queue: e-5\n"
    now = {"e-1": "running", "e-2": "failed", "e-3": "held", "e-5": "queued"}
    assert states(project) == now
    exp_ok(project, "queue", "kill", "e-1")
    wait_for_states(project, {**now, "e-1": "failed"})
    wait_until(lambda: not cluster.run("squeue", "-h", "-r"), "jobs are left")


def test_wrong_options_are_refused_before_anything_is_submitted(cluster: Cluster, project: Path) -> None:
    queue(project, "e", 1)
    for words, problem in (
        (("--time", "soon"), "'soon' is no time limit"),
        (("--mem", "much"), "'much' is no amount of memory"),
        (("--array-limit", "0"), "'0' is no number of jobs"),
        (("-o", "partitoin=x"), "have no option 'partitoin'"),
        (("--partition", "none-such"), "Invalid partition name"),
    ):
        refused = exp(project, "queue", "start", "--on", "slurm", *words)
        assert refused.code in (1, 2)
        assert problem in refused.err
    assert states(project) == {"e": "queued"}
    assert status(project)["silent"] == {}
