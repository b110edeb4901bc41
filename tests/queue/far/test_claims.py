"""Machines that share nothing but remotes, and an engine's locks: equal stages are run by one of them."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest

from gitexp.build.claim import Unclaimed, claim
from gitexp.build.stop import Stop
from gitexp.experiment.record import State
from gitexp.project import find_project
from gitexp.queue.far.claims import far_claims
from gitexp.queue.far.parcel import Waybill, dump_waybill
from tests.programs import finish, git, start
from tests.queue.far.ground import Far, make_far
from tests.repos import commit_all
from tests.slurm import wait_until

_WORK = """
import sys
from pathlib import Path
from gitexp.build.claim import claim
from gitexp.queue.far.parcel import parse_waybill
from gitexp.queue.far.task import run_waybill

class Locks:
    def hold(self, name, stop, on_wait):
        return claim(Path(sys.argv[2]), name.replace("/", "-"), stop, on_wait)

done = run_waybill(parse_waybill(sys.argv[1]), locks=Locks())
print(done.outcome.value, done.state, done.why)
"""


@dataclass(frozen=True)
class Locks:
    """What an engine's locks are to its workers: here a folder that all of them see."""

    folder: Path

    def hold(self, name: str, stop: Stop, on_wait: Callable[[], None]) -> AbstractContextManager[object]:
        return claim(self.folder, name.replace("/", "-"), stop, on_wait)


@pytest.fixture
def far(work: Path, monkeypatch: pytest.MonkeyPatch) -> Far:
    return make_far(work, monkeypatch)


def start_at(far: Far, waybill: Waybill, at: str) -> subprocess.Popen[str]:
    argv = (sys.executable, "-c", _WORK, dump_waybill(waybill), str(far.hub.parent / "locks"))
    return start(far.lab.path, argv, {"GITEXP_WORK": str(far.machine(at))})


def before(far: Far, command: str, shell: str) -> None:
    """Have a stage do something else before its command."""
    far.lab.edit("dvc.yaml", lambda text: text.replace(f"cmd: {command}", f"cmd: {shell} && {command}"))
    commit_all(far.lab.path)


def test_of_equal_stages_at_the_same_moment_one_runs(far: Far, work: Path) -> None:
    """The first stays in `prepare` until the other says that it waits for it."""
    before(far, "cat data.txt", f"echo x >> {work}/count && while [ ! -e {work}/go ]; do sleep 0.05; done")
    one, two = far.send("train.lr=0.2,0.3", name="s")
    first = start_at(far, one, "here")
    wait_until((work / "count").exists, "it never began", seconds=60)
    second = start_at(far, two, "there")
    running = "*/clone/.git/gitexp/running/*"
    wait_until(
        lambda: any(b"shared" in note.read_bytes() for note in (work / "there").glob(running)),
        "the second never waited",
        seconds=60,
    )
    (work / "go").touch()
    ends = [finish(process) for process in (first, second)]
    assert [end.out.split()[:1] for end in ends] == [["sent"], ["sent"]], ends
    assert (work / "count").read_text() == "x\n"
    assert sorted(far.experiments()) == ["s-1", "s-2"]


def test_the_experiment_of_a_lost_machine_goes_on_from_the_stages_that_were_over(
    far: Far, work: Path
) -> None:
    before(far, "cat data.txt", f"echo x >> {work}/count")
    before(far, "grep lr", f"touch {work}/training && while [ ! -e {work}/go ]; do sleep 0.05; done")
    (waybill,) = far.send(name="one")
    first = start_at(far, waybill, "doomed")
    wait_until((work / "training").exists, "it never trained", seconds=60)
    first.send_signal(signal.SIGKILL)
    first.wait()
    (work / "go").touch()
    assert finish(start_at(far, waybill, "other")).out.split() == ["sent", State.SUCCESS.value]
    assert (work / "count").read_text() == "x\n"


@pytest.mark.parametrize("remote", [True, False])
def test_who_waits_for_whom(far: Far, work: Path, remote: bool) -> None:
    """Without a data remote there is no way for outs, so for runs nobody waits; a mutex is a mutex."""
    if not remote:
        far.lab.write(".dvc/config", "")
        commit_all(far.lab.path)
    machines = []
    for name in ("one", "two"):
        git(work, "clone", "-q", str(far.lab.path), name)
        project = find_project(work / name)
        claims = far_claims(project, "url", Locks(work / "locks"))
        assert claims is not None
        machines.append(claims)
    mine, other = machines
    waits: list[str] = []
    stop = Stop()
    stop.ask()
    with mine.run("key", Stop(), lambda: waits.append("mine")), mine.mutexes(["gpu"], Stop()):
        if remote:
            with pytest.raises(Unclaimed), other.run("key", stop, lambda: waits.append("other")):
                raise AssertionError
        else:
            with other.run("key", stop, lambda: waits.append("other")):
                pass
        with pytest.raises(Unclaimed), other.mutexes(["gpu"], stop):
            raise AssertionError
        with other.run("other key", stop, lambda: waits.append("other")), other.mutexes(["cpu"], stop):
            pass
    assert waits == (["other"] if remote else [])


def test_an_engine_without_locks_has_no_claims(far: Far) -> None:
    assert far_claims(far.lab.project, "url", None) is None
