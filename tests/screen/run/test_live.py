"""The live view: what its picture says at a given moment."""

from __future__ import annotations

from gitexp.build.events import (
    Outcome,
    Planned,
    StageEnded,
    StageFetching,
    StageOutput,
    StageResult,
    StageStarted,
)
from gitexp.cache.traffic import Traffic
from gitexp.experiment.record import RunEnded, RunStarted
from gitexp.screen.run.board import Board
from gitexp.screen.run.live import board_lines
from tests.screen.runs import BASE, event, failed, plan


def board(*events: tuple[float, object]) -> Board:
    made = Board()
    for moment, one in events:
        made.take(one, moment)  # type: ignore[arg-type]
    return made


def picture(made: Board, now: float, height: int = 20) -> list[str]:
    return [line.plain for line in board_lines(made, now, height)]


def test_each_stage_with_what_it_is_doing() -> None:
    made = board(
        (0, RunStarted("otter", ("lr=1",), BASE)),
        (0, event(Planned(plan("prepare", "clean", "train", "evaluate")))),
        (1, event(StageEnded(StageResult("prepare", Outcome.KEPT)))),
        (1, event(StageEnded(StageResult("clean", Outcome.RESTORED)))),
        (2, event(StageStarted("train", "python train.py"))),
        (3, event(StageOutput("train", "epoch 1"))),
    )
    assert picture(made, 4.5) == [
        "otter  lr=1  4.5 s",
        "  = prepare   unchanged",
        "  ↺ clean     cached",
        "  ▸ train     running  2.5 s",
        "  · evaluate  waiting",
        "  train | epoch 1",
    ]


def test_a_stage_whose_data_comes_says_how_far_it_is() -> None:
    made = board(
        (0, RunStarted("otter", (), BASE)),
        (0, event(Planned(plan("train")))),
        (1, event(StageFetching("train", Traffic(0, 12)))),
        (3, event(StageFetching("train", Traffic(4, 12, 1 << 20, 3 << 20)))),
    )
    assert picture(made, 5)[1:] == ["  ↓ train  fetching 4 of 12 files, 1.0 MiB of 3.0 MiB  4.0 s"]
    made.take(RunStarted("hare", (), BASE), 5)
    assert picture(made, 5)[0] == "▸ otter  0/1 train (fetching)  5.0 s  "


def test_a_long_pipeline_shows_what_matters_and_counts_the_rest() -> None:
    names = [f"s{i:03}" for i in range(100)]
    made = board((0, RunStarted("otter", (), BASE)), (0, event(Planned(plan(*names)))))
    for name in names[:50]:
        made.take(event(StageEnded(StageResult(name, Outcome.RAN, 1))), 1)
    made.take(event(StageStarted("s050", "x")), 2)
    lines = picture(made, 3, height=8)
    assert len(lines) <= 8
    assert any("s050" in line and "running" in line for line in lines)
    assert any("more stages, 50 of 100 ended" in line for line in lines)


def test_a_sweep_has_a_line_per_experiment() -> None:
    made = board(
        (0, RunStarted("a", ("lr=1",), BASE)),
        (0, event(Planned(plan("train", "evaluate")), "a")),
        (1, event(StageStarted("train", "x"), "a")),
        (1, RunStarted("b", ("lr=2",), BASE)),
        (2, RunEnded(failed("b"))),
    )
    assert picture(made, 3) == [
        "▸ a  0/2 train  3.0 s  lr=1",
        "✗ b  failed  1.0 s  lr=2",
        "0 done, 1 running, 1 failed, about 3.0 s left",
    ]


def test_output_is_shown_without_its_escape_codes() -> None:
    made = board((0, RunStarted("otter", (), BASE)), (1, event(StageOutput("train", "\x1b[31m[red]x"))))
    assert picture(made, 2)[-1] == "  train | [red]x"
