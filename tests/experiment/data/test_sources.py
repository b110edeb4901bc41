"""Data of .dvc files that was edited in the workspace is what the run reads, and is recorded."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from gitexp.build.events import Outcome
from gitexp.build.plan import Cause
from gitexp.experiment.change.apply import apply_experiment
from gitexp.experiment.request import RunRequest
from gitexp.experiment.run.explain import explain
from tests.experiment.lab import Lab, make_lab


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@pytest.fixture
def lab(work: Path) -> Lab:
    """data.txt is tracked by data.txt.dvc, its content is in the cache and in the workspace."""
    lab = make_lab(
        work / "project",
        **{
            "data.txt.dvc": f"# raw\nouts:\n- md5: {md5('abc')}\n  size: 3\n  hash: md5\n  path: data.txt\n",
            "dvc.yaml": "stages:\n  s: {cmd: cat data.txt > out.txt, deps: [data.txt], outs: [out.txt]}\n",
            ".gitignore": "/data.txt\n",
        },
    )
    lab.write("data.txt", "abc")
    stored = lab.project.settings.cache_dir / "files/md5" / md5("abc")[:2] / md5("abc")[2:]
    stored.parent.mkdir(parents=True)
    stored.write_text("abc")
    stored.chmod(0o444)
    return lab


def has(lab: Lab, text: str) -> bool:
    return (lab.project.settings.cache_dir / "files/md5" / md5(text)[:2] / md5(text)[2:]).exists()


def test_data_as_recorded_changes_nothing(lab: Lab) -> None:
    assert "M data.txt.dvc" not in lab.changed(lab.one())


def test_edited_data_is_read_recorded_and_cached(lab: Lab) -> None:
    before = (lab.path / "data.txt.dvc").read_text()
    lab.write("data.txt", "other")
    result = lab.one()
    assert md5("other") in lab.show(result, "data.txt.dvc")
    assert lab.show(result, "data.txt.dvc").startswith("# raw\n")
    assert md5("other") in lab.show(result, "dvc.lock")
    assert has(lab, "other")
    assert (lab.path / "data.txt.dvc").read_text() == before


def test_a_dry_run_puts_nothing_into_the_cache(lab: Lab) -> None:
    lab.one()
    apply_experiment(lab.project, "one")
    lab.write("data.txt", "other")
    ((_, plan),) = explain(lab.project, RunRequest())
    causes = {step.stage.name: [reason.cause for reason in step.reasons] for step in plan.steps}
    assert causes["data.txt.dvc"] == [Cause.OUT_MODIFIED]
    assert causes["s"][0] is Cause.DEP_MODIFIED
    assert not has(lab, "other")


def test_absent_data_comes_from_the_cache(lab: Lab) -> None:
    (lab.path / "data.txt").unlink()
    (stage,) = [found for found in lab.one().stages if found.stage == "s"]
    assert stage.outcome is Outcome.RAN


def test_apply_keeps_edited_data_that_is_nowhere_else(lab: Lab) -> None:
    lab.one()
    lab.write("data.txt", "only here")
    applied = apply_experiment(lab.project, "one")
    assert (lab.path / "data.txt").read_text() == "abc"
    assert applied.kept is not None
    apply_experiment(lab.project, applied.kept)
    assert (lab.path / "data.txt").read_text() == "only here"
