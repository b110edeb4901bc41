"""What runs is seen as it changes, and what ended flows into the table."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from gitexp.experiment.ending import Ending
from gitexp.experiment.jobs.joblog import open_job
from gitexp.experiment.jobs.journal import Journal, NoteKeeper
from gitexp.experiment.jobs.run_note import RunNote, StageNote
from gitexp.experiment.request import Attempt, RunRequest
from gitexp.git.owner import this_process
from gitexp.queue.lookout import Lookout, Picture
from gitexp.screen.queue.watch_view import Frame, change_words, watch_lines
from tests.experiment.lab import Lab, make_lab

BEGAN = 1000.0


@pytest.fixture
def lab(work: Path) -> Lab:
    return make_lab(work / "project")


def begin(lab: Lab, name: str, root: Path) -> NoteKeeper:
    job = open_job(lab.project.repo, name)
    attempt = Attempt(name, "b" * 40, "t" * 40, ("lr=0.1",))
    stages = (StageNote("prepare", "cached", BEGAN, 0.1), StageNote("train", "running", BEGAN + 1))
    note = RunNote(
        job.id,
        attempt,
        RunRequest(),
        this_process(),
        BEGAN,
        root=str(root),
        metrics=("m.json",),
        stages=stages,
    )
    return Journal(lab.project.repo).begin(job, replace(note, devices=("1",)))


def write(path: Path, text: str, stamp: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (stamp, stamp))


def shown(picture: Picture, now: float = BEGAN + 5) -> list[str]:
    return watch_lines(picture, now, Frame(140, 30))


def test_a_running_one_is_shown_with_stage_times_devices_and_metrics(lab: Lab, work: Path) -> None:
    begin(lab, "a", work)
    lookout = Lookout(lab.project.repo)
    for stamp, accuracy in enumerate((0.0, 0.25, 0.75)):
        write(work / "m.json", f'{{"acc": {accuracy}, "name": "x"}}', stamp)
        write(work / "dvclive/metrics.json", f'{{"loss": {1 - accuracy}}}', stamp)
        picture = lookout.look()
    lines = shown(picture)
    assert lines[0].startswith("0 done, 1 running   q: leave")
    assert re.split(" {2,}", lines[3]) == [
        *("a", "lr=0.1", "1/2", "train", "4.0 s", "5.0 s", "gpu 1"),
        *("acc 0.75 ▁▃█", "loss 0.25 █▆▁"),
    ]


def test_a_watcher_who_comes_late_sees_the_steps_that_dvclive_kept(lab: Lab, work: Path) -> None:
    begin(lab, "a", work)
    steps = "".join(f"{step}\t{1 - step / 10}\n" for step in range(6))
    write(work / "dvclive/plots/metrics/train/loss.tsv", f"step\tloss\n{steps}6\t0.", 1)
    write(work / "dvclive/plots/metrics/mAP@0.5.tsv", "step\tmAP@0.5\n0\tnan\n1\t0.5\n", 1)
    write(
        work / "dvclive/metrics.json", '{"train": {"loss": 0.5}, "mAP@0.5": 0.5, "../../x": 1, "step": 5}', 1
    )
    traces = {trace.key: trace.values for trace in Lookout(lab.project.repo).look().running[0].traces}
    assert traces["train.loss"] == (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)
    assert traces["mAP@0.5"][1:] == (0.5,) and traces["step"] == (5.0,) and traces["../../x"] == (1.0,)


def test_a_half_written_metric_waits_for_the_next_look(lab: Lab, work: Path) -> None:
    begin(lab, "a", work)
    lookout = Lookout(lab.project.repo)
    write(work / "m.json", '{"acc": 0.', 1)
    assert lookout.look().running[0].traces == ()
    write(work / "m.json", '{"acc": 0.7}', 2)
    assert lookout.look().running[0].traces[0].values == (0.7,)


def test_what_ends_flows_into_the_table_with_its_last_metrics(lab: Lab, work: Path) -> None:
    good, bad = begin(lab, "good", work), begin(lab, "bad", work / "elsewhere")
    write(work / "m.json", '{"acc": 0.7}', 1)
    lookout = Lookout(lab.project.repo)
    before = lookout.look()
    good.end(Ending("success", seconds=2.0, at=1.0), "good")
    bad.end(Ending("failed", stage="train", message="exited with 3", seconds=1.0, at=2.0), "bad")
    after = lookout.look()
    lines = shown(after)
    assert lines[0].startswith("1 done, 0 running, 1 failed")
    assert "good  lr=0.1  done    2.0 s  acc 0.7" in lines
    assert "bad   lr=0.1  failed  1.0 s  train: exited with 3" in lines
    assert list(change_words(before, after)) == [
        "good  done  2.0 s  acc 0.7  lr=0.1",
        "bad  failed  1.0 s  train: exited with 3  lr=0.1",
    ]


def test_one_that_began_and_ended_between_two_looks_is_seen(lab: Lab, work: Path) -> None:
    lookout = Lookout(lab.project.repo)
    lookout.look()
    begin(lab, "quick", work).end(Ending("success", seconds=0.1), "quick")
    assert [sight.note.name for sight in lookout.look().ended] == ["quick"]
    assert [sight.note.name for sight in lookout.look().ended] == ["quick"]


def test_what_ended_before_is_no_news(lab: Lab, work: Path) -> None:
    begin(lab, "old", work).end(Ending("success"), "old")
    assert Lookout(lab.project.repo).look().ended == ()


def test_a_killed_one_is_said_to_be(lab: Lab, work: Path) -> None:
    keeper = begin(lab, "a", work)
    child = subprocess.Popen(["true"])
    child.wait()
    keeper._note = replace(keeper._note, owner=replace(this_process(), pid=child.pid))
    keeper.write()
    picture = Lookout(lab.project.repo).look()
    assert picture.running[0].lost
    assert "killed" in shown(picture)[3]


def test_a_narrow_screen_keeps_what_was_changed_and_a_metric(lab: Lab, work: Path) -> None:
    begin(lab, "a-rather-long-name", work)
    write(work / "m.json", '{"train.loss": 0.123456}', 1)
    lines = watch_lines(Lookout(lab.project.repo).look(), BEGAN + 5, Frame(64, 8))
    assert "lr=0.1" in lines[3] and "train.loss 0.12346" in lines[3]
    assert "Total" not in lines[2] and all(len(line) <= 64 for line in lines)


def test_the_picture_fits_the_screen(lab: Lab, work: Path) -> None:
    for number in range(12):
        begin(lab, f"run-{number:02}", work)
    lines = watch_lines(Lookout(lab.project.repo).look(), BEGAN, Frame(40, 8))
    assert len(lines) <= 8
    assert all(len(line) <= 40 for line in lines)
    assert "more run" in lines[-1]
