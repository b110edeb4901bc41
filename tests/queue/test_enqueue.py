"""Into the queue: each entry with the workspace as it was, and nothing that could not run anyway."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitexp.cache.hashing import md5_file
from gitexp.errors import ExpError
from gitexp.experiment.record import State
from gitexp.experiment.request import RunRequest, Scope
from gitexp.queue.board import open_board
from gitexp.queue.enqueue import enqueue
from gitexp.queue.foreground import run_queue
from gitexp.queue.job import Place
from tests.experiment.lab import Lab, make_lab
from tests.repos import commit_all


@pytest.fixture
def lab(work: Path) -> Lab:
    return make_lab(work / "project")


def queue(lab: Lab, *overrides: str, name: str | None = "one", targets: tuple[str, ...] = ()) -> list[str]:
    queued = enqueue(lab.project, RunRequest(Scope(targets), overrides, name))
    return [job.name for job in queued.jobs]


def waiting(lab: Lab) -> list[str]:
    return [job.name for _, job in open_board(lab.project.repo).entries(Place.QUEUED)]


def test_a_sweep_is_queued_and_run_in_order(lab: Lab) -> None:
    assert queue(lab, "train.lr=0.2,0.3") == ["one-1", "one-2"]
    results = run_queue(lab.project, jobs=1)
    assert [(result.name, result.state) for result in results] == [
        ("one-1", State.SUCCESS),
        ("one-2", State.SUCCESS),
    ]
    assert "lr: 0.3" in lab.show(results[1], "params.yaml")


def test_later_edits_change_nothing_for_what_is_queued(lab: Lab) -> None:
    lab.edit("params.yaml", lambda text: text.replace("0.1", "0.5"))
    queue(lab)
    lab.edit("params.yaml", lambda text: text.replace("0.5", "0.9"))
    commit_all(lab.path, "moved on")
    before = lab.git("rev-parse", "HEAD~1")
    (result,) = run_queue(lab.project, jobs=1)
    assert "lr: 0.5" in lab.show(result, "params.yaml")
    assert result.baseline == before


def test_data_edited_in_the_workspace_is_captured_when_queued(work: Path) -> None:
    lab = make_lab(work / "project")
    first, second = work / "v1", work / "v2"
    first.write_text("one\n")
    second.write_text("two\n")
    (lab.path / ".gitignore").write_text("/data.txt\n")
    lab.git("rm", "-q", "--cached", "data.txt")
    (lab.path / "data.txt.dvc").write_text(f"outs:\n- md5: {md5_file(first)}\n  size: 4\n  path: data.txt\n")
    (lab.path / "data.txt").write_text("one\n")
    commit_all(lab.path)
    (lab.path / "data.txt").write_text("two\n")
    queue(lab)
    (lab.path / "data.txt").write_text("three\n")
    (result,) = run_queue(lab.project, jobs=1)
    assert result.state is State.SUCCESS
    assert md5_file(second) in lab.show(result, "data.txt.dvc")
    assert md5_file(first) in (lab.path / "data.txt.dvc").read_text()


@pytest.mark.parametrize(
    ("overrides", "targets", "words"),
    [(("train.speed=3",), (), "speed"), ((), ("trian",), "trian"), (("train.lr",), (), "no value")],
)
def test_what_can_not_run_is_refused_and_nothing_is_queued(
    lab: Lab, overrides: tuple[str, ...], targets: tuple[str, ...], words: str
) -> None:
    with pytest.raises(ExpError, match=words):
        queue(lab, *overrides, targets=targets)
    assert waiting(lab) == []


def test_a_broken_pipeline_is_refused(lab: Lab) -> None:
    lab.write("dvc.yaml", "stages:\n  a: {}\n")
    with pytest.raises(ExpError, match="cmd"):
        queue(lab)


def test_a_name_in_the_queue_is_taken(lab: Lab) -> None:
    queue(lab)
    with pytest.raises(ExpError, match="'one'"):
        queue(lab, "train.lr=0.2")


def test_an_entry_of_another_dvc_root_runs_there(work: Path) -> None:
    lab = make_lab(work / "project")
    for name in ("params.yaml", "data.txt", "dvc.yaml"):
        lab.write(f"sub/{name}", (lab.path / name).read_text().replace("lr: 0.1", "lr: 7"))
    lab.write("sub/.dvc/config", "")
    commit_all(lab.path)
    below = Lab(lab.path / "sub")
    queue(below)
    (result,) = run_queue(lab.project, jobs=1)
    assert "sub/dvc.lock" in " ".join(lab.changed(result))
