"""Sweeps: drawn at random, from files, repeated with seeds; what was run already is not run again."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitexp.errors import ExpError
from gitexp.experiment.change.apply import apply_experiment
from gitexp.experiment.message import parse
from gitexp.experiment.record import RunResult
from gitexp.experiment.request import RunRequest, Scope, Sweep
from gitexp.experiment.run.points import points_of
from gitexp.experiment.run.prepare import prepare
from gitexp.experiment.run.run import run_experiments
from gitexp.pipeline.override.random_sweep import sample_sweep
from gitexp.pipeline.override.sweep_file import read_sweep
from tests.experiment.lab import Lab, make_lab


def test_the_same_seed_draws_the_same_points() -> None:
    texts = ("lr=tag(log,interval(1e-5,1e-1))", "n=1,2,3", "b=int(interval(1,8))", "name=x")
    points = sample_sweep(texts, 20, seed=1)
    assert points == sample_sweep(texts, 20, seed=1)
    assert points != sample_sweep(texts, 20, seed=2)
    assert len(set(points)) == 20
    rates = [float(point[0].removeprefix("lr=")) for point in points]
    assert all(1e-5 <= rate <= 1e-1 for rate in rates)
    assert sum(rate < 1e-3 for rate in rates) > 5, "evenly in the logarithm, not in the value"
    assert {point[2] for point in points} <= {f"b={number}" for number in range(1, 9)}
    assert {point[3] for point in points} == {"name=x"}


def test_no_more_points_are_drawn_than_there_are() -> None:
    assert sorted(sample_sweep(["a=1,2", "other.yaml:b=3,4"], 100, seed=0)) == [
        ("a=1", "other.yaml:b=3"),
        ("a=1", "other.yaml:b=4"),
        ("a=2", "other.yaml:b=3"),
        ("a=2", "other.yaml:b=4"),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a=1", "no override has any"),
        ("a=interval(2,1)", "its start is above its end"),
        ("a=tag(log,interval(0,1))", "above 0"),
    ],
)
def test_nothing_to_draw_from_is_refused(text: str, words: str) -> None:
    with pytest.raises(ExpError, match=words):
        sample_sweep([text], 3, seed=0)


def test_a_sweep_file_holds_what_could_be_typed() -> None:
    text = b"""\
params:
  opt: adam
  'a b': [1, 2.5, null, 'x, y', true]
  units: {choice: [[1, 2], {k: v}]}
  epochs: {range: [10, 30, 10]}
  other.yaml:lr: {interval: [1e-5, 0.1], log: true}
  batch: {interval: [1, 8], int: true}
mode: random
n: 5
seed: 3
"""
    read = read_sweep(text, "s.yaml")
    assert read.overrides == (
        "opt='adam'",
        "a b=1,2.5,null,'x, y',true",
        "units=[1,2],{k:'v'}",
        "epochs=range(10,30,10)",
        "other.yaml:lr=tag(log,interval(1e-05,0.1))",
        "batch=int(interval(1,8))",
    )
    assert (read.count, read.seed) == (5, 3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[]", "a mapping with `params`"),
        ("params: {a: [1]}\nmod: grid", "did you mean mode|'mod' is not known"),
        ("params: {a: []}", "a has no values"),
        ("params: {a: {choise: [1]}}", "choise"),
        ("params: {a: {interval: [1]}}", "2 numbers"),
        ("params: {a: [1]}\nmode: random", "needs `n`"),
        ("params: {a: [1]}\nn: 3", "mode random"),
        ("params: {a: [1]}\nmode: random\nn: x", "n is a whole number"),
    ],
)
def test_what_is_wrong_in_a_sweep_file_is_said(text: str, words: str) -> None:
    with pytest.raises(ExpError, match=words):
        read_sweep(text.encode(), "s.yaml")


def test_seeds_repeat_each_point_in_a_group_of_its_own() -> None:
    points = points_of(("a=1,2",), Sweep(repeat=2, seed_param="train.seed"))
    assert [point.overrides for point in points] == [
        ("a=1", "train.seed=1"),
        ("a=1", "train.seed=2"),
        ("a=2", "train.seed=1"),
        ("a=2", "train.seed=2"),
    ]
    first, second, third, fourth = (point.group for point in points)
    assert first == second != third == fourth
    assert points_of(("a=1",), Sweep(repeat=3))[2].group == first


@pytest.fixture
def lab(work: Path) -> Lab:
    return make_lab(work / "project")


def sweep(
    lab: Lab, *overrides: str, force: bool = False, name: str = "s", repeat: int = 1
) -> list[RunResult]:
    chosen = Sweep(repeat=repeat, seed_param="prepare.n")
    return run_experiments(lab.project, RunRequest(overrides=overrides, name=name, force=force, sweep=chosen))


def test_the_group_is_in_the_commit(lab: Lab) -> None:
    results = sweep(lab, "train.lr=0.2", repeat=2)
    groups = [
        parse(lab.git("log", "-1", "--format=%B", r.experiment.commit)).group for r in results if r.experiment
    ]
    assert groups[0] == groups[1] is not None


def test_the_same_sweep_again_runs_only_what_is_new(lab: Lab) -> None:
    assert [result.name for result in sweep(lab, "train.lr=0.2,0.3")] == ["s-1", "s-2"]
    assert [result.name for result in sweep(lab, "train.lr=0.2,0.3,0.4")] == ["s-3"]
    assert sweep(lab, "train.lr=0.2,0.3") == []
    prepared = prepare(lab.project, RunRequest(overrides=("train.lr=0.2,0.3,0.5",)))
    assert (prepared.skipped, len(prepared.attempts)) == (2, 1)


def test_params_count_not_how_they_are_typed(lab: Lab) -> None:
    lab.one("train.lr=0.2")
    assert [result.overrides for result in sweep(lab, "train.lr=0.20,0.3")] == [("train.lr=0.3",)]


def test_force_runs_all_again(lab: Lab) -> None:
    sweep(lab, "train.lr=0.2,0.3")
    assert len(sweep(lab, "train.lr=0.2,0.3", force=True)) == 2


def test_other_code_makes_it_another_experiment(lab: Lab) -> None:
    sweep(lab, "train.lr=0.2,0.3")
    lab.write("helper.py", "x = 1\n")
    assert len(sweep(lab, "train.lr=0.2,0.3", name="t")) == 2


def test_an_experiment_that_was_applied_is_no_other_code(lab: Lab) -> None:
    sweep(lab, "train.lr=0.2,0.3")
    apply_experiment(lab.project, "s-1")
    assert sweep(lab, "train.lr=0.2,0.3", name="t") == []


def test_an_experiment_of_only_some_stages_is_not_the_whole(lab: Lab) -> None:
    request = RunRequest(Scope(("prepare",)), ("train.lr=0.2,0.3",), "part")
    run_experiments(lab.project, request)
    assert len(sweep(lab, "train.lr=0.2,0.3")) == 2


def test_a_broken_pipeline_is_one_error_not_one_for_each(lab: Lab) -> None:
    lab.write("dvc.yaml", "stages:\n  a: {}\n")
    with pytest.raises(ExpError, match="cmd"):
        sweep(lab, "train.lr=0.2,0.3")
