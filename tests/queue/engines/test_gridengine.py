"""`--on dask=sge` on a real Grid Engine: submitted and left alone, its jobs deleted and killed."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from gitexp.queue.board import board_folder
from gitexp.queue.engines.dask.asking import ask
from gitexp.queue.engines.dask.batch import Batch
from tests.gridengine import GridEngine
from tests.programs import exp, exp_ok
from tests.queue.engines.batch_ground import configure, count_running, hold, reason, submit
from tests.queue.far.ground import Far
from tests.slurm import states, status, wait_for_states, wait_until

pytestmark = [
    pytest.mark.skipif(find_spec("dask_jobqueue") is None, reason="needs pip install 'gitexp[dask]'"),
    pytest.mark.slow,
]


@pytest.fixture(autouse=True)
def configured(gridengine: GridEngine, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configure("sge", work, monkeypatch)


def test_a_sweep_of_which_a_worker_is_killed(gridengine: GridEngine, far: Far, work: Path) -> None:
    go = hold(work)
    far.queue("train.lr=0.1,0.2,0.3", name="e")
    submit(far, "sge", "-o", "walltime=00:10:00", "-j", "2")
    wait_until(lambda: count_running(far) == 2, "they never ran both")
    assert [len(gridengine.named(name)) for name in ("exp-scheduler", "exp-worker")] == [1, 2]
    running = next(name for name, state in states(far.lab.path).items() if state == "running")
    wait_until(lambda: "begun" in exp_ok(far.lab.path, "logs", running), "its log never came")
    gridengine.kill_job(gridengine.named("exp-worker")[0])
    wait_until(lambda: count_running(far) == 1, "the dead worker's runs for ever")
    go.touch()
    wait_for_states(far.lab.path, dict.fromkeys(("e-1", "e-2", "e-3"), "success"))
    assert len(far.experiments()) == 3
    wait_until(lambda: not gridengine.jobs(), "its jobs never ended")
    [folder] = (board_folder(far.lab.project.repo) / "dask").iterdir()
    assert len(list((folder / "log").iterdir())) == 3


def test_what_becomes_of_jobs_that_wait(gridengine: GridEngine, far: Far) -> None:
    far.queue(name="e")
    submit(far, "sge", "-o", "job-extra-directives=-h")
    wait_until(lambda: "has not begun: Job is in hold state" in reason(far), reason(far))
    [scheduler] = gridengine.named("exp-scheduler")
    with gridengine.without_master():
        [folder] = (board_folder(far.lab.project.repo) / "dask").iterdir()
        assert ask(Batch("sge", folder), scheduler) is None
        assert states(far.lab.path) == {"e": "submitted"}
    gridengine.run("qdel", scheduler)
    wait_for_states(far.lab.path, {"e": "queued"})
    wait_until(lambda: not gridengine.jobs(), "the workers' job was left")
    submit(far, "sge", "-o", "job-extra-directives=-h")
    assert exp_ok(far.lab.path, "queue", "stop") == "Taken back into the queue: e\n"
    wait_until(lambda: not gridengine.jobs(), "its jobs were not cancelled")


@pytest.mark.parametrize("which", ["exp-worker", "exp-scheduler"])
def test_a_job_is_deleted_while_it_runs(gridengine: GridEngine, far: Far, work: Path, which: str) -> None:
    hold(work)
    far.queue("train.lr=0.1,0.2", name="e")
    submit(far, "sge")
    wait_until(lambda: count_running(far) == 1, "nothing ever ran")
    board = board_folder(far.lab.project.repo)
    wait_until(lambda: any(board.glob("dask/*/begun")), "that it began was not written down")
    gridengine.run("qdel", *gridengine.named(which))
    wait_for_states(far.lab.path, {"e-1": "queued", "e-2": "queued"})
    # Of the two only the one that ran is counted as lost.
    assert sorted(entry["lost"] for entry in status(far.lab.path)["entries"]) == [0, 1]
    wait_until(lambda: not gridengine.jobs(), "the other job was left")


def test_kill_and_remove(gridengine: GridEngine, far: Far, work: Path) -> None:
    hold(work)
    far.queue("train.lr=0.1,0.2", name="e")
    submit(far, "sge")
    wait_until(lambda: count_running(far) == 1, "nothing ever ran")
    [first] = (name for name, state in states(far.lab.path).items() if state == "running")
    [second] = {"e-1", "e-2"} - {first}
    exp_ok(far.lab.path, "queue", "remove", second)
    exp_ok(far.lab.path, "queue", "kill", first)
    wait_for_states(far.lab.path, {first: "failed"})
    assert far.experiments() == {}
    wait_until(lambda: not gridengine.jobs(), "its jobs never ended")


def test_doctor(gridengine: GridEngine, far: Far) -> None:
    said = exp_ok(far.lab.path, "queue", "doctor", "--on", "dask=sge")
    assert "/qsub" in said and "makes jobs for sge" in said


def test_what_it_refuses_is_told_in_its_words(gridengine: GridEngine, far: Far) -> None:
    far.queue(name="e")
    refused = exp(far.lab.path, "queue", "start", "--on", "dask=sge", "-o", "queue=no.q")
    assert (refused.code, 'unknown queue "no.q"' in refused.err) == (1, True), refused.err
    assert states(far.lab.path) == {"e": "queued"}
