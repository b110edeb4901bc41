"""`exp freeze`, `exp unfreeze`, `exp stage remove`: manifests edited in place, traces cleaned up."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gitexp.cli import main
from gitexp.errors import Exit
from tests.evidence import workspace
from tests.programs import git
from tests.repos import commit_all, make_project

Captured = pytest.CaptureFixture[str]

PIPELINE = """\
# what we do
vars: [{w: 1}]
stages:
  a:  # first
    cmd: echo 1 > a.txt
    outs: [a.txt]   # kept
  b:
    cmd: cp a.txt sub/b.txt
    deps: [a.txt]
    outs: [sub/b.txt]
  each:
    foreach: [x, y]
    do:
      cmd: echo ${item} > ${item}.out
      outs: ["${item}.out"]
  told:
    cmd: echo ${w} > told.txt
    outs: [told.txt: {cache: false}]
"""


@pytest.fixture
def project(work: Path) -> Path:
    return make_project(work, {"dvc.yaml": PIPELINE, "sub/dvc.yaml": "stages:\n  s:\n    cmd: s\n"})


@pytest.fixture
def built(project: Path) -> Path:
    assert main(["repro", "-q"]) == Exit.DONE
    commit_all(project)
    return project


def text(project: Path, name: str = "dvc.yaml") -> str:
    return (project / name).read_text()


def test_freezing_adds_one_line_and_unfreezing_takes_it_away(project: Path, capsys: Captured) -> None:
    assert main(["freeze", "a"]) == Exit.DONE
    assert text(project) == PIPELINE.replace("# kept\n", "# kept\n    frozen: true\n")
    assert main(["unfreeze", "a"]) == Exit.DONE
    assert text(project) == PIPELINE
    assert capsys.readouterr().out == (
        "Froze what you named in dvc.yaml.\nUnfroze what you named in dvc.yaml.\n"
    )


def test_groups_templated_stages_and_other_folders_can_be_frozen(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["freeze", "each", "told", "sub/dvc.yaml:s"]) == Exit.DONE
    assert text(project).count("frozen: true") == 2
    assert text(project, "sub/dvc.yaml").endswith("    frozen: true\n")
    monkeypatch.chdir(project / "sub")
    assert main(["unfreeze", "-q", "s", "../dvc.yaml:told"]) == Exit.DONE
    assert text(project).count("frozen: true") == 1
    assert "frozen" not in text(project, "sub/dvc.yaml")


def test_a_dvc_file_can_be_frozen(project: Path) -> None:
    (project / "in.txt").write_text("hi\n")
    assert main(["add", "-q", "in.txt"]) == Exit.DONE
    before = text(project, "in.txt.dvc")
    assert main(["freeze", "in.txt.dvc"]) == Exit.DONE
    assert text(project, "in.txt.dvc") == before + "frozen: true\n"
    assert main(["unfreeze", "in.txt.dvc"]) == Exit.DONE
    assert text(project, "in.txt.dvc") == before


def test_what_is_frozen_already_is_left_alone(project: Path, capsys: Captured) -> None:
    assert main(["freeze", "a"]) == Exit.DONE
    assert main(["freeze", "a"]) == Exit.DONE
    assert "frozen already" in capsys.readouterr().out
    assert text(project).count("frozen") == 1


def test_a_frozen_stage_does_not_follow_its_deps(built: Path) -> None:
    assert main(["freeze", "-q", "b"]) == Exit.DONE
    (built / "dvc.yaml").write_text(text(built).replace("echo 1", "echo 2"))
    assert main(["repro", "-q"]) == Exit.DONE
    assert text(built, "a.txt") == "2\n"
    assert text(built, "sub/b.txt") == "1\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["freeze", "nosuch"], "has no stage 'nosuch'"),
        (["freeze", "a", "nosuch"], "has no stage 'nosuch'"),
        (["freeze", "each@x"], "'each@x' is made by 'each'"),
        (["freeze", "dvc.yaml"], "names a whole file"),
        (["freeze", "no/dvc.yaml:a"], "there is no no/dvc.yaml here"),
        (["stage", "remove", "nosuch"], "has no stage 'nosuch'"),
        (["stage", "remove", "a", "nosuch"], "has no stage 'nosuch'"),
        (["stage", "remove", "each@y"], "'each@y' is made by 'each'"),
        (["stage", "remove", "x.dvc"], "'x.dvc' is data, not a stage"),
    ],
)
def test_a_wrong_target_is_one_error_and_nothing_is_written(
    built: Path, words: list[str], message: str, capsys: Captured
) -> None:
    before = workspace(built)
    assert main(words) == Exit.FAILED
    err = capsys.readouterr().err
    assert message in err
    assert err.count("error:") == 1
    assert workspace(built) == before


def test_a_removed_stage_leaves_dvc_yaml_the_lock_and_gitignore(built: Path, capsys: Captured) -> None:
    assert main(["stage", "remove", "b", "each"]) == Exit.DONE
    assert "  b:" not in text(built)
    assert "each" not in text(built)
    assert "# first" in text(built)
    assert [name for name in ("  a:", "  b:", "  each@x:", "  told:") if name in text(built, "dvc.lock")] == [
        "  a:",
        "  told:",
    ]
    assert text(built, ".gitignore") == "/a.txt\n"
    assert not (built / "sub/.gitignore").exists()
    assert text(built, "sub/b.txt") == "1\n"
    out = capsys.readouterr().out
    assert out.startswith("Removed stages 'b', 'each'.\n")
    assert "\tgit add dvc.yaml dvc.lock .gitignore sub/.gitignore" in out
    assert main(["repro", "-q"]) == Exit.DONE


def test_the_rest_of_the_lock_stays_byte_for_byte(built: Path) -> None:
    lock = text(built, "dvc.lock")
    assert main(["stage", "remove", "-q", "b"]) == Exit.DONE
    (block,) = re.findall(r"^  b:\n(?:    .*\n)+", lock, re.MULTILINE)
    assert text(built, "dvc.lock") == lock.replace(block, "")


def test_outs_go_only_when_asked(built: Path) -> None:
    assert main(["stage", "remove", "-q", "--outs", "b", "told"]) == Exit.DONE
    assert not (built / "sub/b.txt").exists()
    assert not (built / "told.txt").exists()
    assert (built / "a.txt").exists()


def test_files_with_nothing_left_go_but_not_one_with_plots(work: Path) -> None:
    project = make_project(work, {"dvc.yaml": "stages:\n  a:\n    cmd: echo > a\n    outs: [a]\n"})
    assert main(["repro", "-q"]) == Exit.DONE
    assert main(["stage", "remove", "-q", "a"]) == Exit.DONE
    assert not any((project / name).exists() for name in ("dvc.yaml", "dvc.lock", ".gitignore"))
    (project / "dvc.yaml").write_text("stages:\n  a:\n    cmd: echo\nplots:\n- p.csv\n")
    assert main(["stage", "remove", "-q", "a"]) == Exit.DONE
    assert "- p.csv" in text(project)


def test_autostage_tells_git_itself(built: Path, capsys: Captured) -> None:
    (built / ".dvc/config").write_text("[core]\n    autostage = true\n")
    commit_all(built)
    assert main(["stage", "remove", "b"]) == Exit.DONE
    assert "git add" not in capsys.readouterr().out
    assert git(built, "diff", "--cached", "--name-status").split("\n") == [
        "M\tdvc.lock",
        "M\tdvc.yaml",
        "D\tsub/.gitignore",
    ]
