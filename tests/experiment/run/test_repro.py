"""`exp repro` through its engine function: the workspace itself is brought up to date."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gitexp.build.events import Event, StageStarted
from gitexp.experiment.request import Scope
from gitexp.experiment.run.repro import ReproRequest, explain_repro, reproduce
from gitexp.project import find_project
from tests.build.sites import actions, outcomes
from tests.repos import make_project, write_files

FILES = {
    "in.txt": "in\n",
    "params.yaml": "k: 1\n",
    "dvc.yaml": """\
stages:
  a:
    cmd: cat in.txt > a.txt
    deps: [in.txt]
    params: [k]
    outs: [a.txt]
  b:
    cmd: cat a.txt a.txt > b.txt
    deps: [a.txt]
    outs: [b.txt]
""",
}


@pytest.fixture
def root(work: Path) -> Path:
    return make_project(work / "p", FILES)


def test_the_workspace_has_outs_locks_and_ignore_entries(root: Path) -> None:
    done = reproduce(find_project(root), ReproRequest())
    assert outcomes(done.build) == {"a": "ran", "b": "ran"}
    assert (root / "b.txt").read_text() == "in\nin\n"
    assert done.written == ("dvc.lock", ".gitignore")
    assert (root / ".gitignore").read_text() == "/a.txt\n/b.txt\n"
    assert "$ cat in.txt > a.txt" in done.log.read_text()


def test_a_second_time_nothing_is_written(root: Path) -> None:
    reproduce(find_project(root), ReproRequest())
    lock = (root / "dvc.lock").stat()
    done = reproduce(find_project(root), ReproRequest())
    assert done.written == ()
    assert (root / "dvc.lock").stat().st_mtime_ns == lock.st_mtime_ns


def test_what_finished_before_a_failure_is_in_the_lock(root: Path) -> None:
    write_files(root, {"dvc.yaml": FILES["dvc.yaml"].replace("cat a.txt a.txt > b.txt", "exit 3")})
    done = reproduce(find_project(root), ReproRequest())
    assert not done.build.ok
    assert "  a:" in (root / "dvc.lock").read_text()
    assert "  b:" not in (root / "dvc.lock").read_text()
    assert (root / ".gitignore").read_text() == "/a.txt\n"


def test_the_lock_is_written_while_the_build_goes_on(root: Path) -> None:
    seen = []

    def listen(event: Event) -> None:
        if isinstance(event, StageStarted):
            seen.append((root / "dvc.lock").exists())

    reproduce(find_project(root), ReproRequest(jobs=1), listen)
    assert seen == [False, True]


def test_the_plan_changes_nothing(root: Path) -> None:
    plan = explain_repro(find_project(root), ReproRequest())
    assert actions(plan) == {"a": "run", "b": "run"}
    assert not (root / "dvc.lock").exists()


def test_stages_are_named_from_where_the_user_stands(root: Path) -> None:
    sub = "stages:\n  s:\n    cmd: echo $DVC_STAGE $DVC_ROOT > s.txt\n    outs: [s.txt]\n"
    write_files(root, {"sub/dvc.yaml": sub})
    project = find_project(root)
    reproduce(project, ReproRequest(Scope(("sub/dvc.yaml:s",))))
    assert (root / "sub/s.txt").read_text() == f"sub/dvc.yaml:s {root}\n"
    reproduce(replace(project, cwd=root / "sub"), ReproRequest(Scope(("s",)), force=True))
    assert (root / "sub/s.txt").read_text() == f"s {root}\n"


DVC_FILE = "# the source\nouts:\n- md5: {md5}\n  size: {size}\n  hash: md5\n  path: raw.txt\n"


def test_data_edited_by_hand_is_recorded_in_its_dvc_file(root: Path) -> None:
    dvc_yaml = FILES["dvc.yaml"].replace("in.txt", "raw.txt")
    tracked = DVC_FILE.format(md5="b026324c6904b2a9cb4b88d6d61c81d1", size=2)
    write_files(root, {"raw.txt": "in\n", "raw.txt.dvc": tracked, "dvc.yaml": dvc_yaml})
    done = reproduce(find_project(root), ReproRequest())
    assert outcomes(done.build) == {"raw.txt.dvc": "recorded", "a": "ran", "b": "ran"}
    expected = DVC_FILE.format(md5="ba8d2b9408ed255ee92a112fe7ba59be", size=3)
    assert (root / "raw.txt.dvc").read_text() == expected
