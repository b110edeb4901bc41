"""Which files of a run go into its commit."""

from __future__ import annotations

from pathlib import Path

from gitexp.experiment.run.committed import paths_to_commit
from gitexp.pipeline.stage import Out, OutKind, ParamDep, Pipeline, Stage, TopPlot

TRAIN = Stage(
    name="train",
    file="dvc.yaml",
    cmd="true",
    params=(ParamDep("params.yaml", "params.yaml", ("lr",)),),
    outs=(Out("model", "model"), Out("m.json", "m.json", OutKind.METRIC, cache=False)),
)


def test_locks_small_outs_params_and_ignore_files_are_committed(work: Path) -> None:
    found = paths_to_commit(work, Pipeline((TRAIN,)), [TRAIN])
    assert found == ["dvc.yaml", "dvc.lock", "params.yaml", ".gitignore", "m.json"]


def test_a_stage_in_a_folder_has_its_lock_and_ignore_file_there(work: Path) -> None:
    stage = Stage("s", "sub/dvc.yaml", "true", wdir="sub", outs=(Out("o", "sub/out/o"),))
    assert paths_to_commit(work, Pipeline((stage,)), [stage]) == [
        "sub/dvc.yaml",
        "sub/dvc.lock",
        "sub/out/.gitignore",
    ]


def test_top_level_files_are_committed_unless_they_are_cached(work: Path) -> None:
    plots = (TopPlot("a", "live/plots"), TopPlot("b", "model/loss.csv"), TopPlot("only a name", None))
    pipeline = Pipeline((TRAIN,), params=("live/params.yaml",), metrics=("live/metrics.json",), plots=plots)
    assert paths_to_commit(work, pipeline, []) == ["live/params.yaml", "live/metrics.json", "live/plots"]


def test_of_a_listed_folder_only_what_is_in_no_cached_out_is_committed(work: Path) -> None:
    (work / "results/big").mkdir(parents=True)
    (work / "results/big/weights").write_text("…")
    (work / "results/loss.csv").write_text("…")
    stage = Stage("s", "dvc.yaml", "true", outs=(Out("results/big", "results/big"),))
    pipeline = Pipeline((stage,), plots=(TopPlot("results", "results"),))
    assert paths_to_commit(work, pipeline, []) == ["results/loss.csv"]


def test_paths_outside_the_project_are_left_alone(work: Path) -> None:
    outs = (Out("/tmp/x", "/tmp/x", cache=False), Out("../y", "../y", cache=False))
    stage = Stage("s", "dvc.yaml", "true", outs=outs)
    assert paths_to_commit(work, Pipeline((stage,)), [stage]) == ["dvc.yaml", "dvc.lock"]


def test_a_data_file_is_committed_with_its_ignore_file(work: Path) -> None:
    stage = Stage("raw.csv.dvc", "raw.csv.dvc", None, outs=(Out("raw.csv", "raw.csv"),))
    assert paths_to_commit(work, Pipeline((stage,)), [stage]) == ["raw.csv.dvc", ".gitignore"]
