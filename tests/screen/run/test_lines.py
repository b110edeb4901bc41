"""A run on a pipe: plain lines as they come."""

from __future__ import annotations

import io

import pytest

from gitexp.build.events import (
    Failure,
    Outcome,
    Planned,
    StageEnded,
    StageFetching,
    StageOutput,
    StageResult,
    StageStarted,
    StageWaiting,
    Warned,
)
from gitexp.build.plan import Cause, Reason
from gitexp.cache.traffic import Traffic
from gitexp.experiment.record import RunEnded, RunStarted
from gitexp.screen.run.lines import LinesRunView, QuietRunView
from tests.screen.runs import BASE, event, failed, plan, succeeded

REASONS = (
    Reason(Cause.PARAM_MODIFIED, "params.yaml:lr", 0.1, 0.2),
    Reason(Cause.DEP_MODIFIED, "data", "1" * 32, "2" * 32),
    Reason(Cause.OUT_DELETED, "model"),
)


def lines(*events: object, verbose: bool = False) -> list[str]:
    out = io.StringIO()
    with LinesRunView(out, verbose) as view:
        for one in events:
            view(one)  # type: ignore[arg-type]
    return out.getvalue().splitlines()


def test_a_run_and_its_stages() -> None:
    assert lines(
        RunStarted("otter", ("lr=0.2",), BASE),
        event(Planned(plan("prepare", "train"))),
        event(StageEnded(StageResult("prepare", Outcome.RESTORED))),
        event(StageStarted("train", "python train.py")),
        event(StageOutput("train", "epoch 1")),
        event(StageEnded(StageResult("train", Outcome.RAN, 1.5))),
    ) == [
        "otter: started  (lr=0.2)",
        "otter prepare: cached: outs restored",
        "otter train: running `python train.py`",
        "otter train | epoch 1",
        "otter train: ran in 1.5 s",
    ]


def test_a_stage_says_why_it_runs() -> None:
    events = (event(Planned(plan("train", reasons=REASONS))), event(StageStarted("train", "x")))
    assert lines(*events) == [
        "otter train: running `x`  (modified param params.yaml:lr: 0.1 -> 0.2, "
        "modified dep data: 1111111 -> 2222222, 1 more)"
    ]
    assert "deleted out model" in lines(*events, verbose=True)[0]


def test_waiting_for_another_run_is_told() -> None:
    assert lines(event(StageWaiting("train"))) == ["otter train: waiting for the same stage in another run"]


def test_what_a_stage_fetches_is_told_once() -> None:
    fetching = [event(StageFetching("train", Traffic(files, 12, 0, 3 << 20))) for files in (0, 4, 12)]
    assert lines(*fetching) == ["otter train: fetching 12 files, 3.0 MiB"]
    assert lines(event(StageFetching("train", Traffic(0, 1)))) == ["otter train: fetching 1 file"]


def test_a_failure_is_told_at_once_and_the_end_of_its_run_too() -> None:
    result = StageResult("train", Outcome.FAILED, 1, failure=Failure("exit code 3", 3))
    assert lines(event(StageEnded(result)), RunEnded(failed())) == [
        "otter train: failed: exit code 3",
        "otter: failed",
    ]


def test_escape_codes_of_a_command_never_reach_the_terminal() -> None:
    assert lines(event(StageOutput("train", "50%\r\x1b[31mred\x1b[0m\x1b]0;title\x07 \x01"))) == [
        "otter train | red \\x01"
    ]


def test_warnings_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    assert lines(event(Warned("big.bin is big", "exp add big.bin"))) == []
    assert capsys.readouterr().err == "warning: big.bin is big\nhint: exp add big.bin\n"


def test_quiet_prints_the_names_of_what_succeeded(capsys: pytest.CaptureFixture[str]) -> None:
    out = io.StringIO()
    with QuietRunView(out) as view:
        view(RunStarted("a", (), BASE))
    view.report([succeeded("a"), failed("b")])
    assert out.getvalue() == "a\n"
    assert "error: b: stage 'train' failed" in capsys.readouterr().err
