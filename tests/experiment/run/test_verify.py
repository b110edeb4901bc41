"""Verify: what an experiment recorded is compared with a run from nothing; the first difference is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitexp.experiment.run.verify import Verdict, verify
from tests.evidence import workspace
from tests.experiment.lab import Lab, make_lab


@pytest.fixture
def lab(work: Path) -> Lab:
    return make_lab(work / "project")


def verdicts(lab: Lab, name: str = "one") -> dict[str, Verdict]:
    return {one.stage: one.verdict for one in verify(lab.project, name).stages}


def test_a_reproducible_experiment_is_the_same_stage_by_stage(lab: Lab) -> None:
    lab.one("train.lr=0.2")
    before, refs = workspace(lab.path), lab.refs()
    assert verdicts(lab) == dict.fromkeys(("prepare", "train", "evaluate"), Verdict.SAME)
    assert (workspace(lab.path), lab.refs()) == (before, refs)


def test_every_stage_really_runs_again(lab: Lab, work: Path) -> None:
    count = work / "count"
    lab.edit("dvc.yaml", lambda text: text.replace("cmd: cat", f"cmd: echo >> {count} && cat"))
    lab.one("train.lr=0.2")
    lab.one("train.lr=0.2", name="two")
    assert count.read_text() == "\n"
    verify(lab.project, "one")
    assert count.read_text() == "\n\n"


def test_the_first_stage_that_differs_is_named(lab: Lab) -> None:
    lab.edit("dvc.yaml", lambda text: text.replace("cat prepared.txt >>", "date +%N >>"))
    lab.one("train.lr=0.2")
    verified = verify(lab.project, "one")
    assert verified.first is not None
    assert (verified.first.stage, verified.first.outs[0].path) == ("train", "model.txt")
    assert verified.stages[0].verdict is Verdict.SAME


def test_a_stage_that_fails_now_is_named_and_what_needs_it_is_not_run(lab: Lab, work: Path) -> None:
    lab.edit("dvc.yaml", lambda text: text.replace("cmd: grep", f"cmd: cat {work}/outside && grep"))
    (work / "outside").write_text("there")
    lab.one("train.lr=0.2")
    (work / "outside").unlink()
    assert verdicts(lab) == {
        "prepare": Verdict.SAME,
        "train": Verdict.FAILED,
        "evaluate": Verdict.NOT_RUN,
    }


def test_a_persisting_out_begins_from_nothing(lab: Lab) -> None:
    lab.write(
        "dvc.yaml",
        "stages:\n  grow:\n    cmd: echo x >> grown.txt\n    deps: [data.txt]\n"
        "    outs: [grown.txt: {persist: true}]\n",
    )
    lab.one(name="one")
    assert verdicts(lab) == {"grow": Verdict.SAME}


def test_any_commit_can_be_verified_and_one_without_a_record_has_nothing_to_compare(lab: Lab) -> None:
    assert set(verdicts(lab, "HEAD").values()) == {Verdict.UNKNOWN}
