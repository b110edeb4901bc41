"""How entries become lines of a batch, and what their job asks for."""

from __future__ import annotations

import pytest

from gitexp.errors import ExpError
from gitexp.queue.engines.slurm.packing import Packing, packing_of
from gitexp.queue.engines.slurm.terms import Terms
from gitexp.queue.side_by_side import device_shares, side_by_side


def test_a_job_asks_for_no_more_than_its_entries_use() -> None:
    assert Packing(10, 4).of(3) == Packing(3, 3)
    assert Packing(10, 4).of(30) == Packing(10, 4)
    assert Packing(2).lines(["a", "b", "c"]) == ["a b", "c"]


def test_what_stages_need_is_there_for_each_round_and_each_beside() -> None:
    one = Terms(time="0:10:00", gres="gpu:a100:2(S:0),license", mem="1.5G")
    assert Packing(10).terms(one) == Terms(time="1:40:00", gres=one.gres, mem=one.mem)
    assert Packing(10, 4).terms(one) == Terms(time="0:30:00", gres="gpu:a100:8(S:0),license:4", mem="6G")
    assert Packing(10, 4).terms(Terms()) == Terms()
    assert Packing(1).terms(one) == one


def test_processors_for_those_beside_unless_somebody_said_how_many() -> None:
    assert Packing(4).with_processors(Terms(), 2) == Terms()
    assert Packing(4, 4).with_processors(Terms(), 2) == Terms(raw=("--cpus-per-task=8",))
    for said in ("--cpus-per-task=3", "-c 3", "--mem=1G -c3", "--exclusive"):
        assert Packing(4, 4).with_processors(Terms(raw=(said,)), 1) == Terms(raw=(said,))


def test_an_order_goes_before_the_config_and_some_words_are_refused() -> None:
    config = {"exp.slurm.perjob": "20", "exp.slurm.atonce": "2"}
    assert packing_of({}, {}) == Packing(1, 1)
    assert packing_of({}, config) == Packing(20, 2)
    assert packing_of({"per-job": ("5",)}, config) == Packing(5, 2)
    assert packing_of({"at-once": ("3",)}, {}) == Packing(3, 3)
    assert packing_of({"by-stage": ("yes",)}, config) == Packing(1, 1)
    with pytest.raises(ExpError, match="not both"):
        packing_of({"by-stage": ("yes",), "per-job": ("5",)}, {})
    with pytest.raises(ExpError, match="`--per-job`: '0' is no number"):
        packing_of({"per-job": ("0",)}, {})


def test_devices_are_shared_out_as_far_as_they_go() -> None:
    environ = {"CUDA_VISIBLE_DEVICES": "4,5,6,7"}
    assert device_shares(2, environ) == [
        {"CUDA_VISIBLE_DEVICES": "4,5"},
        {"CUDA_VISIBLE_DEVICES": "6,7"},
    ]
    assert device_shares(1, environ) == [{}]
    assert device_shares(8, environ) == [{}] * 8


@pytest.mark.parametrize("count", [1, 3])
def test_each_item_is_run_once_and_an_error_is_heard(count: int) -> None:
    ran: list[int] = []
    side_by_side(0, iter(range(1, 9)), lambda item, place: ran.append(item), count)
    assert sorted(ran) == list(range(9))

    def fail(item: int, place: int) -> None:
        raise ExpError("no")

    with pytest.raises(ExpError, match="no"):
        side_by_side(0, iter(()), fail, count)
