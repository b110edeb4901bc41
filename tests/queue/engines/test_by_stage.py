"""An experiment as several jobs: equal stages are one, and few arrays carry many of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitexp.errors import ExpError
from gitexp.experiment.pipelines import read_graph
from gitexp.pipeline.source import FolderFiles
from gitexp.project import find_project
from gitexp.queue.board import open_board
from gitexp.queue.engines.slurm.by_stage import Piece, groups_of, pieces_of
from gitexp.queue.engines.slurm.terms import terms_of_stages
from gitexp.queue.job import Place
from tests.programs import exp_ok
from tests.repos import make_project
from tests.slurm import Cluster, lay_down, wait_for_states, wait_until

PIPELINE = """\
stages:
  prepare:
    cmd: echo ${common} > data
    params: [common]
    outs: [data]
  train:
    cmd: cat data > model; echo ${n} >> model
    params: [n]
    deps: [data]
    outs: [model]
  look:
    cmd: wc model
    deps: [model]
    always_changed: true
  evaluate:
    cmd: wc -c < model > score
    deps: [model]
    outs: [score]
"""


def pieces(folder: Path, *overrides: str) -> list[list[Piece]]:
    files = {
        "params.yaml": "n: 0\ncommon: 1\n",
        "dvc.yaml": PIPELINE,
        ".gitignore": "/data\n/model\n/score\n",
    }
    root = make_project(folder, files)
    settings = [word for override in overrides for word in ("-S", override)]
    exp_ok(root, "run", "--queue", "-q", "-n", "e", *settings)
    project = find_project(root)
    return pieces_of(project, [job for _, job in open_board(project.repo).entries(Place.QUEUED)])


def test_equal_stages_are_one_piece_and_each_experiment_ends_in_its_own(work: Path) -> None:
    first, second, last = pieces(work / "p", "n=1,2,3")
    assert [(piece.target, len(piece.needing)) for piece in first] == [("prepare", 3)]
    assert [(piece.target, len(piece.needing)) for piece in second] == [("train", 1)] * 3
    assert {piece.after for piece in second} == {(first[0].key,)}
    # `look` leaves nothing in the run cache, so it runs where its experiment ends.
    assert [[stage.name for stage in piece.stages] for piece in last] == [["look", "evaluate"]] * 3
    assert [piece.after for piece in last] == [(piece.key,) for piece in second]


def test_what_a_stage_depends_on_tells_it_apart(work: Path) -> None:
    first, second, _ = pieces(work / "p", "n=1,2", "common=1,2")
    assert [(piece.target, len(piece.needing)) for piece in first] == [("prepare", 2)] * 2
    assert len(second) == 4


def test_a_layer_is_few_arrays_with_one_dependency_each(work: Path) -> None:
    layers = pieces(work / "p", "n=1,2,3,4,5")
    [prepare] = groups_of(layers[0], {}, lambda piece: 0, size=4)
    assert (prepare.indices, prepare.dependency()) == ((0,), "")
    placed = {piece.key: ("7", index) for piece, index in zip(prepare.pieces, prepare.indices, strict=True)}
    some, rest = groups_of(layers[1], placed, lambda piece: 0, size=4)
    assert (some.indices, some.dependency()) == ((0, 1, 2, 3), "afterok:7_0")
    assert (rest.indices, rest.dependency()) == ((0,), "afterok:7_0")
    for array, group in (("8", some), ("9", rest)):
        placed |= {
            piece.key: (array, index) for piece, index in zip(group.pieces, group.indices, strict=True)
        }
    ends = groups_of(layers[2], placed, lambda piece: 0, size=4)
    assert [(end.indices, end.dependency()) for end in ends] == [
        ((0, 1, 2, 3), "aftercorr:8"),
        ((0,), "aftercorr:9"),
    ]


def test_six_experiments_share_one_job_for_what_they_have_in_common(
    cluster: Cluster, project: Path, work: Path
) -> None:
    values = ",".join(str(number) for number in range(1, 7))
    exp_ok(project, "run", "--queue", "-q", "-n", "e", "-S", f"n={values}")
    exp_ok(project, "queue", "start", "--on", "slurm", "--by-stage")
    wait_for_states(project, {f"e-{number}": "success" for number in range(1, 7)})
    assert (work / "prepared").read_text() == "ran\n"
    assert len([*(project / ".git/gitexp/queue/slurm").iterdir()]) == 2


def test_a_shared_stage_that_fails_has_failed_for_all(cluster: Cluster, work: Path) -> None:
    project = lay_down(work / "p")
    text = (project / "dvc.yaml").read_text().replace("cmd: echo prepared", "cmd: exit 3; echo prepared")
    (project / "dvc.yaml").write_text(text)
    exp_ok(project, "run", "--queue", "-q", "-n", "e", "-S", "n=1,2")
    exp_ok(project, "queue", "start", "--on", "slurm", "--by-stage")
    wait_for_states(project, {"e-1": "failed", "e-2": "failed"})
    said = exp_ok(project, "queue", "status")
    assert said.count("prepare: exited with 3 in the job that 2 experiments share; its log:") == 2


def test_a_stage_that_nobody_needs_any_more_is_cancelled(cluster: Cluster, project: Path, work: Path) -> None:
    """Removed one after another: as long as one of them waits, the job that they share goes on."""
    text = (project / "dvc.yaml").read_text()
    waits = f"cmd: touch {work}/begun; sleep 600; echo prepared"
    (project / "dvc.yaml").write_text(text.replace("cmd: echo prepared", waits))
    exp_ok(project, "run", "--queue", "-q", "-n", "e", "-S", "n=1,2,3")
    exp_ok(project, "queue", "start", "--on", "slurm", "--by-stage")
    wait_until((work / "begun").exists, "the shared stage never ran")
    exp_ok(project, "queue", "remove", "e-1")
    exp_ok(project, "queue", "kill", "e-2")
    assert cluster.run("squeue", "-h", "-t", "running", "-o", "%j") != ""
    assert "e-3" in exp_ok(project, "queue", "stop")
    wait_until(lambda: not cluster.run("squeue", "-h", "-r"), "jobs are left")


def test_nonsense_on_a_stage_is_refused_before_anything_is_submitted(work: Path) -> None:
    with pytest.raises(ExpError, match="unknown key 'gpu'"):
        from_meta(work, "{gpu: 1}")


def from_meta(work: Path, section: str) -> None:
    pipeline = f"stages:\n  a:\n    cmd: echo\n    meta: {{gitexp: {{slurm: {section}}}}}\n"
    project = find_project(make_project(work / "p", {"dvc.yaml": pipeline}))
    terms_of_stages(list(read_graph(project, FolderFiles(project.root, project.repo)).stages.values()))
