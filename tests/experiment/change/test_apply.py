"""Apply: files equal to the experiment's, index and HEAD as they were, nothing lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitexp.errors import ExpError
from gitexp.experiment.change.apply import Applied, apply_experiment
from tests.experiment.lab import Lab, make_lab


@pytest.fixture
def lab(work: Path) -> Lab:
    return make_lab(work / "project")


def apply(lab: Lab, word: str) -> Applied:
    return apply_experiment(lab.project, word)


def index_and_head(lab: Lab) -> tuple[bytes, str]:
    return (lab.path / ".git/index").read_bytes(), (lab.path / ".git/HEAD").read_text()


def test_code_params_and_data_are_the_experiments(lab: Lab) -> None:
    lab.one("train.lr=0.2")
    before = index_and_head(lab)
    applied = apply(lab, "one")
    assert "lr: 0.2" in (lab.path / "params.yaml").read_text()
    assert "lr: 0.2" in (lab.path / "model.txt").read_text()
    assert lab.metrics()["size"] > 0
    assert index_and_head(lab) == before
    assert applied.kept is None
    assert set(applied.data.changed) == {"prepared.txt", "model.txt"}
    assert lab.git("status", "--short").splitlines() == [
        " M params.yaml",
        "?? .gitignore",
        "?? dvc.lock",
        "?? metrics.json",
    ]


def test_what_is_equal_already_is_not_written(lab: Lab) -> None:
    lab.one("train.lr=0.2")
    apply(lab, "one")
    again = apply(lab, "one")
    assert (again.changed, again.data.changed, again.kept) == ((), (), None)


def test_uncommitted_work_that_is_overwritten_is_kept_and_comes_back(lab: Lab) -> None:
    lab.one("train.lr=0.2")
    lab.edit("params.yaml", lambda text: text.replace("0.1", "0.77"))
    applied = apply(lab, "one")
    assert applied.kept is not None
    assert "0.77" not in (lab.path / "params.yaml").read_text()
    apply(lab, applied.kept.removeprefix("refs/"))
    assert "0.77" in (lab.path / "params.yaml").read_text()


def test_going_from_experiment_to_experiment_keeps_nothing(lab: Lab) -> None:
    for number in (2, 3, 4):
        lab.one(f"train.lr=0.{number}", name=f"e{number}")
    kept = [apply(lab, f"e{number}").kept for number in (2, 3, 4, 2)]
    assert kept == [None, None, None, None]


def test_untracked_files_the_experiment_does_not_know_stay(lab: Lab) -> None:
    lab.one()
    lab.write("later.txt", "mine\n")
    apply(lab, "one")
    assert (lab.path / "later.txt").read_text() == "mine\n"


def test_tracked_files_the_experiment_does_not_have_go(lab: Lab) -> None:
    lab.one()
    lab.write("deep/er/added.txt", "on main later\n")
    lab.git("add", "-A")
    lab.git("commit", "-qm", "more")
    apply(lab, "one")
    assert not (lab.path / "deep").exists()
    apply(lab, "HEAD")
    assert (lab.path / "deep/er/added.txt").exists()


def test_an_untracked_file_in_the_way_is_kept_first(lab: Lab) -> None:
    lab.write("new.py", "experiment\n")
    lab.one()
    lab.write("new.py", "mine\n")
    applied = apply(lab, "one")
    assert (lab.path / "new.py").read_text() == "experiment\n"
    assert lab.git("show", f"{applied.kept}:new.py") == "mine"


def test_an_ignored_file_in_the_way_is_kept_first(lab: Lab) -> None:
    lab.write("new.py", "experiment\n")
    lab.one()
    lab.write(".git/info/exclude", "new.py\n")
    lab.write("new.py", "mine\n")
    applied = apply(lab, "one")
    assert (lab.path / "new.py").read_text() == "experiment\n"
    assert lab.git("show", f"{applied.kept}:new.py") == "mine"


def test_a_folder_in_the_way_is_an_error_before_anything_is_written(lab: Lab) -> None:
    lab.write("new.py", "experiment\n")
    lab.one("train.lr=0.2")
    (lab.path / "new.py").unlink()
    lab.write("new.py/inside.txt", "mine\n")
    lab.write(".git/info/exclude", "inside.txt\n")
    with pytest.raises(ExpError, match="is a folder"):
        apply(lab, "one")
    assert "lr: 0.1" in (lab.path / "params.yaml").read_text()
    assert (lab.path / "new.py/inside.txt").exists()


def test_data_that_is_only_here_is_put_into_the_cache_first(lab: Lab) -> None:
    lab.one("train.lr=0.2")
    apply(lab, "one")
    lab.write("model.txt", "edited by hand\n")
    applied = apply(lab, "one")
    ((path, found),) = applied.data.saved
    assert path == "model.txt"
    stored = lab.project.settings.cache_dir / "files/md5" / found.value[:2] / found.value[2:]
    assert stored.read_text() == "edited by hand\n"


def test_data_the_cache_does_not_have_is_reported(lab: Lab) -> None:
    lab.one("train.lr=0.2")
    apply(lab, "one")
    lab.one("train.lr=0.3", name="two")
    for model in lab.project.settings.cache_dir.glob("files/md5/*/*"):
        if b"lr: 0.3" in model.read_bytes():
            model.unlink()
    applied = apply(lab, "two")
    assert applied.data.missing == ("model.txt",)
    assert "lr: 0.2" in (lab.path / "model.txt").read_text()


def test_an_unknown_name_changes_nothing(lab: Lab) -> None:
    with pytest.raises(ExpError, match="nosuch"):
        apply(lab, "nosuch")
    assert lab.git("status", "--short") == ""
