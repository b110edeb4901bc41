"""Ignored files that a run needs: linked or copied, never committed, never overwriting."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gitexp.cli import main
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


def test_a_small_folder_that_is_named_is_copied_so_a_stage_may_write_to_it(work: Path) -> None:
    lab = lab_that_reads(work, "conf/x", "conf/")
    lab.edit("dvc.yaml", lambda text: text.replace("cmd: cat", "cmd: echo y > conf/x; cat"))
    lab.write("conf/x", "x\n")
    lab.write(".worktreeinclude", "conf/\n")
    result = lab.one()
    assert result.state is State.SUCCESS
    assert not [line for line in lab.changed(result) if "conf" in line]
    assert (lab.path / "conf/x").read_text() == "x\n"


def test_a_large_folder_that_is_named_is_linked_and_only_the_link_goes(work: Path) -> None:
    lab = lab_that_reads(work, "venv", "venv")
    lab.edit("dvc.yaml", lambda text: text.replace("cat venv", "cat venv/lib/x"))
    for number in range(1001):
        lab.write(f"venv/lib/{number}", "")
    lab.write("venv/lib/x", "x\n")
    lab.write(".worktreeinclude", "venv/\n")
    result = lab.one()
    assert result.state is State.SUCCESS
    assert lab.show(result, "how.txt").startswith("l")
    assert not [line for line in lab.changed(result) if "venv" in line]
    (lab.path / ".worktreeinclude").unlink()
    (second,) = lab.run(name="two", force=True)
    assert second.state is State.FAILED
    assert len(list((lab.path / "venv/lib").iterdir())) == 1002


def test_a_link_comes_as_a_link_and_is_not_followed(work: Path) -> None:
    lab = lab_that_reads(work, "secrets", "secrets\nvia\n/kept/")
    (work / "outside").mkdir()
    (work / "outside/key").write_text("k\n")
    (lab.path / "kept").mkdir()
    (lab.path / "kept/link").symlink_to(work / "outside")
    (lab.path / "secrets").symlink_to(work / "outside/key")
    (lab.path / "via").symlink_to(work / "outside")
    lab.write(".worktreeinclude", "secrets\nkept/\n")
    result = lab.one()
    assert result.state is State.SUCCESS
    assert lab.show(result, "how.txt").startswith("l")
    with pytest.raises(ExpError, match="not inside the Git repository"):
        lab.run(copy_paths=("via/key",))
    assert (work / "outside/key").read_text() == "k\n"


def test_what_git_tracks_is_not_overwritten(work: Path) -> None:
    """A folder that holds tracked and ignored files: only those that the snapshot lacks are brought."""
    lab = lab_that_reads(work, "data", "/data/*\n!/data/kept.txt")
    lab.edit("dvc.yaml", lambda text: text.replace("cat data", "cat data/kept.txt data/new.txt"))
    lab.write("data/kept.txt", "tracked\n")
    lab.write("data/new.txt", "new\n")
    (result,) = lab.run(name="one", copy_paths=("data",))
    assert result.state is State.SUCCESS
    assert sorted(line for line in lab.changed(result) if "data" in line) == ["A data/kept.txt"]


def test_a_queued_run_brings_its_files_too(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = lab_that_reads(work, "big/file", "/big/")
    lab.write("big/file", "b\n")
    monkeypatch.chdir(lab.path / "big")
    assert main(["run", "--queue", "-C", "file", "../dvc.yaml"]) == 0
    assert main(["run", "--run-all", "-q"]) == 0


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


@pytest.mark.parametrize("path", ["nosuch", "../outside", ".", ".git/config"])
def test_a_path_that_is_missing_or_outside_is_an_error(work: Path, path: str) -> None:
    lab = make_lab(work / "project")
    (work / "outside").write_text("")
    with pytest.raises(ExpError, match=re.escape(f"-C {path}")):
        lab.run(copy_paths=(path,))


def test_nothing_that_was_carried_is_there_for_the_next_run(work: Path) -> None:
    lab = lab_that_reads(work, "big/file", "/big/")
    lab.write("big/file", "b\n")
    lab.run(name="one", copy_paths=("big",))
    (second,) = lab.run(name="two", force=True)
    assert second.state is State.FAILED
