"""A Dask made of jobs: of a real Slurm, and of a PBS that is a shell; nothing stays at the login."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from gitexp.errors import ExpError
from gitexp.experiment.find import list_experiments
from gitexp.project import find_project
from gitexp.queue.engines.engine import Order
from gitexp.queue.engines.registry import Target, open_engine
from tests.programs import exp, exp_ok
from tests.queue.engines.batch_ground import configure, submit
from tests.queue.far.ground import Far
from tests.slurm import Cluster, job_of, states, status, wait_for_states, wait_until

pytestmark = [
    pytest.mark.skipif(find_spec("dask_jobqueue") is None, reason="needs pip install 'gitexp[dask]'"),
    pytest.mark.slow,
]

# A batch system: `qsub FILE` runs it as a process of its own and says its id, `qdel ID` ends it.
QSUB = """\
#!/bin/sh
cp "$1" {folder}/script.$$
setsid sh {folder}/script.$$ > {folder}/out.$$ 2>&1 < /dev/null &
echo $! >> {folder}/pids
echo "$!.server"
"""
QDEL = "#!/bin/sh\necho ${{1%%.*}} >> {folder}/deleted\nkill -TERM -- -${{1%%.*}}\n"


@pytest.fixture
def shell_pbs(work: Path, far: Far, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a PBS that is a shell."""
    folder = work / "pbs"
    folder.mkdir()
    for name, text in (("qsub", QSUB), ("qdel", QDEL)):
        (folder / name).write_text(text.format(folder=folder))
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    configure("pbs", work, monkeypatch)
    yield folder
    for pid in (folder / "pids").read_text().split() if (folder / "pids").exists() else ():
        try:
            os.killpg(int(pid), signal.SIGKILL)
        except ProcessLookupError:
            continue


def test_on_slurm_the_scheduler_is_a_job_too(
    cluster: Cluster, far: Far, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure("slurm", work, monkeypatch)
    (work / "wait.sh").write_text(f"while [ ! -e {work}/go ]; do sleep 0.1; done\n")
    far.queue("train.lr=0.1,0.2,0.3", name="e")
    submit(far, "slurm", "-o", "walltime=00:10:00")
    assert states(far.lab.path) == dict.fromkeys(("e-1", "e-2", "e-3"), "submitted")
    wait_until(lambda: "running" in states(far.lab.path).values(), "nothing ever ran")
    jobs = cluster.run("squeue", "-h", "-o", "%j %l %T").splitlines()
    assert sorted(jobs) == ["exp-scheduler 10:00 RUNNING", "exp-worker 10:00 RUNNING"]
    (work / "go").touch()
    wait_until(lambda: len(far.experiments()) == 3, "not all arrived on the Git remote")
    wait_for_states(far.lab.path, dict.fromkeys(("e-1", "e-2", "e-3"), "success"))
    assert len(list(list_experiments(find_project(far.lab.path).repo))) == 3
    wait_until(lambda: not cluster.run("squeue", "-h"), "its jobs never ended")


def test_a_batch_that_is_cancelled_by_hand_gives_its_entries_back(
    cluster: Cluster, far: Far, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure("slurm", work, monkeypatch)
    far.queue(name="e")
    submit(far, "slurm", "-o", "job-extra-directives=--hold")
    [entry] = status(far.lab.path)["entries"]
    assert "has not begun" in entry["engine"]["reason"]
    cluster.run("scancel", "--user=root")
    wait_for_states(far.lab.path, {"e": "queued"})
    [entry] = status(far.lab.path)["entries"]
    assert entry["lost"] == 0  # no worker was ever given it
    submit(far, "slurm", "-o", "job-extra-directives=--hold")
    assert job_of(far.lab.path, "e").startswith("gitexp-")
    assert exp_ok(far.lab.path, "queue", "stop") == "Taken back into the queue: e\n"
    wait_until(lambda: not cluster.run("squeue", "-h"), "its jobs were not cancelled")


def test_on_a_pbs_that_is_a_shell(far: Far, work: Path, shell_pbs: Path) -> None:
    far.queue("train.lr=0.1,0.2,0.3,0.4", name="e")
    submit(far, "pbs", "-j", "2")
    wait_until(lambda: len(far.experiments()) == 4, "not all arrived on the Git remote")
    wait_for_states(far.lab.path, {f"e-{number}": "success" for number in range(1, 5)})
    pids = [int(pid) for pid in (shell_pbs / "pids").read_text().split()]
    assert len(pids) == 3
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), "a job never ended")


@pytest.mark.parametrize(
    ("address", "options", "problem"),
    [
        ("pbz", {}, "'pbz' is no batch system"),
        ("pbs", {"waltime": ("1:00",)}, "pbs jobs have no option 'waltime'"),
        ("pbs", {"cores": ("many",)}, "'many' is no number"),
        ("pbs", {"config-name": ("none",)}, "no section jobqueue.none"),
        ("sge", {}, "must specify how much cores and memory"),
    ],
)
def test_what_is_wrong_is_refused_before_anything_is_submitted(
    far: Far, shell_pbs: Path, address: str, options: dict[str, tuple[str, ...]], problem: str
) -> None:
    jobs = far.queue(name="e")
    with pytest.raises(ExpError, match=problem):
        list(open_engine(far.lab.project, Target("dask", address)).submit(jobs, Order(options=options)))
    assert not (shell_pbs / "pids").exists()


def test_a_batch_system_that_refuses_leaves_all_in_the_queue(far: Far, shell_pbs: Path) -> None:
    far.queue(name="e")
    doctor = exp(far.lab.path, "queue", "doctor", "--on", "dask=pbs")
    assert f"{shell_pbs}/qsub" in doctor.out and "makes jobs for pbs" in doctor.out
    (shell_pbs / "qsub").write_text("#!/bin/sh\necho 'qsub: Maximum number of jobs' >&2\nexit 1\n")
    refused = exp(far.lab.path, "queue", "start", "--on", "dask=pbs")
    assert (refused.code, "qsub: Maximum number of jobs" in refused.err) == (1, True)
    assert states(far.lab.path) == {"e": "queued"}
