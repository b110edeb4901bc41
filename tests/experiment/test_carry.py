"""Ignored files that a run needs: linked or copied, never committed, never overwriting."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitexp.errors import ExpError
from gitexp.experiment.record import State
from tests.experiment.lab import Lab, make_lab

READS = """\
stages:
  s:
    cmd: cat {path} > out.txt; ls -ld {path} > how.txt
    outs: [out.txt, how.txt: {{cache: false}}]
"""


def lab_that_reads(work: Path, path: str, ignored: str) -> Lab:
    lab = make_lab(work / "project", dvc__yaml=READS.format(path=path))
    lab.write(".gitignore", f"{ignored}\n")
    lab.git("add", "-A")
    lab.git("commit", "-qm", "ignore")
    return lab


def test_ignored_files_are_not_there_unless_they_are_named(work: Path) -> None:
    lab = lab_that_reads(work, "secret/key", "/secret/")
    lab.write("secret/key", "k\n")
    assert lab.one().state is State.FAILED


def test_an_ignored_file_that_is_named_is_copied(work: Path) -> None:
    lab = lab_that_reads(work, ".env", ".env")
    lab.write(".env", "A=1\n")
    lab.write(".worktreeinclude", ".env\n")
    result = lab.one()
    assert result.state is State.SUCCESS
    assert lab.show(result, "how.txt").startswith("-")
    assert "A .env" not in lab.changed(result)


def test_an_ignored_folder_that_is_named_is_linked(work: Path) -> None:
    lab = lab_that_reads(work, "venv/lib/x", "venv/")
    lab.write("venv/lib/x", "x\n")
    lab.write(".worktreeinclude", "venv/\n")
    result = lab.one()
    assert result.state is State.SUCCESS
    assert not [line for line in lab.changed(result) if "venv" in line]
    assert (lab.path / "venv/lib/x").read_text() == "x\n"


def test_a_file_inside_an_ignored_folder_can_be_named(work: Path) -> None:
    lab = lab_that_reads(work, "secret/key", "/secret/")
    lab.write("secret/key", "k\n")
    lab.write("secret/other", "o\n")
    lab.write(".worktreeinclude", "secret/key\n")
    assert lab.one().state is State.SUCCESS


def test_files_that_git_does_not_ignore_are_not_taken_by_the_list(work: Path) -> None:
    lab = lab_that_reads(work, "data.txt", "nothing")
    lab.write(".worktreeinclude", "*.txt\n")
    result = lab.one()
    assert lab.show(result, "how.txt").startswith("-")


def test_a_path_of_the_command_line_is_copied_and_not_committed(work: Path) -> None:
    lab = lab_that_reads(work, "big/file", "/big/")
    lab.write("big/file", "b\n")
    (result,) = lab.run(name="one", copy_paths=("big",))
    assert result.state is State.SUCCESS
    assert not [line for line in lab.changed(result) if "big" in line]


@pytest.mark.parametrize("path", ["nosuch", "../outside"])
def test_a_path_that_is_missing_or_outside_is_an_error(work: Path, path: str) -> None:
    lab = make_lab(work / "project")
    (work / "outside").write_text("")
    with pytest.raises(ExpError, match=f"-C {path}"):
        lab.run(copy_paths=(path,))


def test_nothing_that_was_carried_is_there_for_the_next_run(work: Path) -> None:
    lab = lab_that_reads(work, "big/file", "/big/")
    lab.write("big/file", "b\n")
    lab.run(name="one", copy_paths=("big",))
    (second,) = lab.run(name="two", force=True)
    assert second.state is State.FAILED
