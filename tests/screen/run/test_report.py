"""The end of a run in words."""

from __future__ import annotations

from dataclasses import replace

from gitexp.experiment.record import State
from gitexp.screen.run.report import failure_lines, report_lines, report_next
from tests.screen.runs import failed, metrics, succeeded


def test_one_experiment_with_its_metrics_against_the_baseline() -> None:
    result = succeeded(old=metrics(acc=0.5, loss=1), new=metrics(acc=0.75, loss=1, f1=0.25))
    assert report_lines([result]) == [
        "",
        "Experiment otter (ccccccc) done in 3.0 s: 1 ran, 1 unchanged.",
        "",
        "Metric  Baseline   Now  Change",
        "acc          0.5  0.75   +0.25",
        "f1             -  0.25     new",
        "loss           1     1       =",
    ]
    assert report_next([result], applied=False) == ["exp apply otter"]


def test_an_applied_experiment_needs_no_next_command() -> None:
    assert report_next([succeeded()], applied=True) == []


def test_a_failure_names_stage_reason_last_lines_and_log() -> None:
    tail = tuple(f"line {i}" for i in range(12))
    assert failure_lines(failed(tail=tail)) == [
        "error: otter: stage 'train' failed: exit code 3",
        "  > python train.py",
        "  … 2 earlier lines",
        *(f"  | line {i}" for i in range(2, 12)),
        "  the whole log: /logs/otter",
    ]
    assert report_lines([failed()]) == []


def test_an_interruption_is_not_called_a_failure() -> None:
    lines = failure_lines(replace(failed(), state=State.INTERRUPTED, stages=()))
    assert lines[0] == "error: otter was interrupted after 1.0 s."


def test_a_failure_without_a_stage_says_its_own_reason() -> None:
    lines = failure_lines(replace(failed(), stages=(), error="the disk is full."))
    assert lines[0] == "error: otter failed: the disk is full."


def test_a_sweep_is_a_table() -> None:
    results = [
        succeeded("a", metrics(acc=1), metrics(acc=2), overrides=("lr=1",)),
        succeeded("b", metrics(acc=1), metrics(acc=1), overrides=("lr=2",)),
        replace(failed("c"), overrides=("lr=3",)),
    ]
    assert report_lines(results) == [
        "",
        "Experiment  State   Changed  acc",
        "baseline                     1",
        "a                   lr=1     2 (+1)*",
        "b                   lr=2     1",
        "c           failed  lr=3",
        "",
        "2 experiments done, 1 failed.",
    ]
    assert report_next(results, False) == ["exp show", "exp apply a    # highest acc"]


def test_the_best_of_a_sweep_is_the_one_to_apply() -> None:
    results = [
        succeeded("a", metrics(n=1), metrics(n=9, loss=float("nan"))),
        succeeded("b", metrics(n=1), metrics(n=1, loss=2)),
        succeeded("c", metrics(n=1), metrics(n=1, loss=1)),
        succeeded("d", metrics(n=1), metrics(n=1, loss="?")),
    ]
    assert report_next(results, False)[-1] == "exp apply c    # lowest loss"
    assert report_next(results[:1], False) == ["exp apply a"]
    assert report_next([results[0], results[0]], False)[-1] == "exp apply a"
    marked = [line.split()[0] for line in report_lines(results) if "*" in line]
    assert marked == ["c"]


def test_a_sweep_without_metrics_tells_how_each_ended() -> None:
    lines = report_lines([succeeded("a", overrides=("lr=1",)), replace(failed("b"), overrides=("lr=2",))])
    assert lines[1:4] == [
        "Experiment  State   Changed",
        "a                   lr=1",
        "b           failed  lr=2",
    ]
