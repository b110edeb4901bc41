"""Devices for stage commands: each has its own, whoever started it; who needs several gets them."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from gitexp.build.stop import Stop
from gitexp.errors import ExpError
from gitexp.experiment.record import State
from gitexp.experiment.request import RunRequest
from gitexp.experiment.run.devices import Devices, parse_devices
from gitexp.experiment.run.run import run_experiments
from tests.experiment.lab import Lab, make_lab


def asked() -> Stop:
    stop = Stop()
    stop.ask()
    return stop


def test_devices_are_read_from_a_list() -> None:
    assert parse_devices("0, 1,GPU-8f2e") == ("0", "1", "GPU-8f2e")
    assert parse_devices("") == ()


@pytest.mark.parametrize("text", ["0,0", "0,,1", "a b"])
def test_what_is_no_list_of_devices_is_refused(text: str) -> None:
    with pytest.raises(ExpError, match="no list of devices"):
        parse_devices(text)


def is_free(folder: Path, device: str) -> bool:
    with Devices(folder, (device,)).taken(1, asked()) as held:
        return held is not None


def test_two_holders_never_have_the_same_device(work: Path) -> None:
    first, second = Devices(work, ("0", "1", "2")), Devices(work, ("0", "1", "2"))
    with first.taken(1, Stop()) as one, second.taken(2, Stop()) as two:
        assert one is not None
        assert two is not None
        assert (list(one), list(two)) == (["0"], ["1", "2"])
    with second.taken(3, Stop()) as all_of_them:
        assert all_of_them is not None


def test_who_is_asked_to_stop_gets_none_and_keeps_none(work: Path) -> None:
    devices = Devices(work, ("0", "1"))
    with devices.taken(1, Stop()), devices.taken(2, asked()) as none:
        assert none is None
    with devices.taken(2, asked()) as both:
        assert both is not None


def test_more_than_there_are_is_an_error(work: Path) -> None:
    with (
        pytest.raises(ExpError, match="it needs 3 devices, and there are 2: 0, 1"),
        Devices(work, ("0", "1")).taken(3, Stop()),
    ):
        raise AssertionError


def test_who_needs_several_is_not_passed_by_those_who_need_one(work: Path) -> None:
    devices = Devices(work, ("0", "1"))
    order: list[str] = []

    def take(name: str, count: int) -> None:
        with devices.taken(count, Stop()):
            order.append(name)

    with devices.taken(1, Stop()):
        greedy = threading.Thread(target=take, args=("both", 2))
        greedy.start()
        while is_free(work, "1"):
            time.sleep(0.01)
        modest = threading.Thread(target=take, args=("one", 1))
        modest.start()
        time.sleep(0.25)
        assert order == []
    greedy.join(5)
    modest.join(5)
    assert order == ["both", "one"]


def test_a_killed_holder_frees_its_devices(work: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from gitexp.build.stop import Stop\n"
        "from gitexp.experiment.run.devices import Devices\n"
        f"with Devices(Path({str(work)!r}), ('0',)).taken(1, Stop()):\n"
        "    print('held', flush=True); time.sleep(60)\n"
    )
    holder = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with Devices(work, ("0",)).taken(1, asked()) as none:
        assert none is None
    holder.kill()
    holder.wait()
    with Devices(work, ("0",)).taken(1, asked()) as held:
        assert held is not None


PIPELINE = """\
stages:
  light:
    cmd: test -z "$CUDA_VISIBLE_DEVICES"
    meta: {gitexp: {gpus: 0}}
  wide:
    cmd: echo "$CUDA_VISIBLE_DEVICES $HIP_VISIBLE_DEVICES" > wide.txt
    params: [train.lr]
    outs: [wide.txt: {cache: false}]
    meta: {gitexp: {gpus: 2}}
  usual:
    cmd: mkdir ../../$CUDA_VISIBLE_DEVICES && sleep 0.1 && rmdir ../../$CUDA_VISIBLE_DEVICES &&
      echo $CUDA_VISIBLE_DEVICES > usual.txt
    params: [train.lr]
    outs: [usual.txt: {cache: false}]
"""


def test_each_command_sees_its_own_devices(work: Path) -> None:
    lab: Lab = make_lab(work / "project", dvc__yaml=PIPELINE)
    request = RunRequest(overrides=("train.lr=1,2,3,4",), jobs=4, gpus="d5,d7")
    results = run_experiments(lab.project, request)
    # Two commands with one device at once would trip over mkdir.
    assert {result.state for result in results} == {State.SUCCESS}
    assert {lab.show(result, "usual.txt") for result in results} <= {"d5", "d7"}
    assert {lab.show(result, "wide.txt") for result in results} == {"d5,d7 d5,d7"}


def test_without_devices_the_environment_is_left_alone(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    lab = make_lab(work / "project", dvc__yaml=PIPELINE.replace("-z", "-n"))
    result = lab.one()
    assert lab.show(result, "usual.txt") == "3"
