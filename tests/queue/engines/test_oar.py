"""`--on dask=oar` on a real OAR: submitted and left alone, its jobs deleted."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from gitexp.queue.board import board_folder
from gitexp.queue.engines.dask.asking import ask
from gitexp.queue.engines.dask.batch import Batch
from tests.oar import Oar
from tests.programs import exp, exp_ok
from tests.queue.engines.batch_ground import configure, count_running, hold, reason, submit
from tests.queue.far.ground import Far
from tests.slurm import states, wait_for_states, wait_until

pytestmark = [
    pytest.mark.skipif(find_spec("dask_jobqueue") is None, reason="needs pip install 'gitexp[dask]'"),
    pytest.mark.slow,
]
# One resource a job: what OAR's nodes have is for each site to say.
ONE = ("-o", "resource-spec=resource_id=1")


@pytest.fixture(autouse=True)
def configured(oar: Oar, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configure("oar", work, monkeypatch)


def test_a_sweep_is_submitted_and_left_alone(oar: Oar, far: Far, work: Path) -> None:
    go = hold(work)
    far.queue("train.lr=0.1,0.2,0.3", name="e")
    submit(far, "oar", *ONE, "-o", "walltime=00:10:00", "-j", "2")
    wait_until(lambda: count_running(far) == 2, "they never ran both")
    assert [len(oar.named(name)) for name in ("exp-scheduler", "exp-worker")] == [1, 2]
    go.touch()
    wait_for_states(far.lab.path, dict.fromkeys(("e-1", "e-2", "e-3"), "success"))
    assert len(far.experiments()) == 3
    wait_until(lambda: not oar.jobs(), "its jobs never ended")
    [folder] = (board_folder(far.lab.project.repo) / "dask").iterdir()
    assert {file.suffix for file in (folder / "log").iterdir()} == {".out", ".err"}


def test_what_becomes_of_jobs_that_wait(oar: Oar, far: Far) -> None:
    far.queue(name="e")
    submit(far, "oar", *ONE, "-o", "job-extra-directives=--hold")
    wait_until(lambda: "has not begun: " in reason(far), reason(far))
    [scheduler] = oar.named("exp-scheduler")
    with oar.without_database():
        [folder] = (board_folder(far.lab.project.repo) / "dask").iterdir()
        assert ask(Batch("oar", folder), scheduler) is None
        assert states(far.lab.path) == {"e": "submitted"}
    oar.run("oardel", scheduler)
    wait_for_states(far.lab.path, {"e": "queued"})
    wait_until(lambda: not oar.jobs(), "the workers' job was left")
    submit(far, "oar", *ONE, "-o", "job-extra-directives=--hold")
    assert exp_ok(far.lab.path, "queue", "stop") == "Taken back into the queue: e\n"
    wait_until(lambda: not oar.jobs(), "its jobs were not cancelled")
    refused = exp(far.lab.path, "queue", "start", "--on", "dask=oar", "-o", "resource-spec=resource_id=99")
    assert refused.err == "error: oarsub: There are not enough resources for your request\n"


def test_a_workers_job_is_deleted_while_it_runs(oar: Oar, far: Far, work: Path) -> None:
    hold(work)
    far.queue("train.lr=0.1,0.2", name="e")
    submit(far, "oar", *ONE)
    wait_until(lambda: count_running(far) == 1, "nothing ever ran")
    oar.run("oardel", *oar.named("exp-worker"))
    wait_for_states(far.lab.path, {"e-1": "queued", "e-2": "queued"})
    wait_until(lambda: not oar.jobs(), "the scheduler's job was left")
