"""`stage add` in a project: what is written, where, and that nothing is when the pipeline would break."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitexp.errors import ExpError
from gitexp.git.command import run_git
from gitexp.pipeline.edit.stage_add import Added, add_to_project
from gitexp.pipeline.edit.stage_spec import OutSpec, StageSpec
from gitexp.pipeline.stage import OutKind
from gitexp.project import find_project
from tests.repos import make_project, write_files


def add(folder: Path, spec: StageSpec, force: bool = False) -> Added:
    return add_to_project(find_project(folder), spec, force)


@pytest.fixture
def project(work: Path) -> Path:
    return make_project(work / "p", {"sub/x": "", "code.py": "", "params.yaml": "name: n\n"})


def test_cached_outs_metrics_and_plots_are_ignored_by_git_and_others_are_not(project: Path) -> None:
    outs = (
        OutSpec("model"),
        OutSpec("a[1]*.txt"),
        OutSpec("kept", cache=False),
        OutSpec("m.json", OutKind.METRIC),
        OutSpec("p.csv", OutKind.PLOT, cache=False),
        OutSpec("sub/deep"),
    )
    added = add(project, StageSpec("s", "cmd", outs=outs))
    assert sorted((project / ".gitignore").read_text().splitlines()) == [
        r"/a\[1\]\*.txt",
        "/m.json",
        "/model",
    ]
    assert (project / "sub/.gitignore").read_text() == "/deep\n"
    assert (added.manifest, set(added.gitignores)) == ("dvc.yaml", {".gitignore", "sub/.gitignore"})


def test_what_git_ignores_already_gets_no_second_line(project: Path) -> None:
    write_files(project, {".gitignore": "*.bin"})
    add(project, StageSpec("s", "cmd", outs=(OutSpec("x.bin"), OutSpec("y"))))
    assert (project / ".gitignore").read_text() == "*.bin\n/y\n"


def test_an_out_without_a_folder_is_named_and_no_folder_is_made(project: Path) -> None:
    added = add(project, StageSpec("s", "cmd", outs=(OutSpec("new/out"), OutSpec("y"))))
    assert added.not_ignored == ("new/out",)
    assert added.gitignores == (".gitignore",)
    assert not (project / "new").exists()


def test_templates_in_outs_are_resolved_for_git(project: Path) -> None:
    add(project, StageSpec("s", "cmd", outs=(OutSpec("${name}.txt"),)))
    assert (project / ".gitignore").read_text() == "/n.txt\n"


def test_it_edits_the_dvc_yaml_of_the_folder_it_is_called_in(project: Path) -> None:
    added = add(project / "sub", StageSpec("s", "cmd", deps=("../code.py",), outs=(OutSpec("o"),)))
    assert (added.manifest, added.gitignores) == ("sub/dvc.yaml", ("sub/.gitignore",))
    assert not (project / "dvc.yaml").exists()


def test_paths_are_relative_to_the_working_folder_and_absolute_ones_become_so(project: Path) -> None:
    here = str(project.resolve() / "code.py")
    add(project, StageSpec("s", "cmd", wdir="./sub/", deps=(here, "x"), outs=(OutSpec("o"),)))
    assert (project / "dvc.yaml").read_text() == (
        "stages:\n  s:\n    cmd: cmd\n    wdir: sub\n"
        "    deps:\n    - ../code.py\n    - x\n    outs:\n    - o\n"
    )
    assert (project / "sub/.gitignore").read_text() == "/o\n"


ONE = "stages:\n  one:\n    cmd: x\n    deps: [d]\n    outs: [o]\n"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (StageSpec("two", "x", outs=(OutSpec("o"),)), "'o'"),
        (StageSpec("two", "x", outs=(OutSpec("o/part"),)), "'o"),
        (StageSpec("two", "x", deps=("o",), outs=(OutSpec("d"),)), "in a circle"),
        (StageSpec("two", "x", outs=(OutSpec("/elsewhere/o"),)), "outside the project"),
        (StageSpec("two", "x", outs=(OutSpec("code.py"),)), "Git tracks 'code.py'"),
        (StageSpec("two", "x", wdir="nowhere"), "does not exist"),
        (StageSpec("two", "x", wdir=".."), "outside the project"),
        (StageSpec("one", "x"), "already exists"),
    ],
)
def test_what_would_break_the_pipeline_is_refused_and_nothing_is_written(
    project: Path, spec: StageSpec, message: str
) -> None:
    write_files(project, {"dvc.yaml": ONE})
    with pytest.raises(ExpError) as caught:
        add(project, spec)
    assert message in caught.value.message
    assert (project / "dvc.yaml").read_text() == ONE
    assert not (project / ".gitignore").exists()


def test_a_dvc_yaml_that_git_ignores_is_refused(project: Path) -> None:
    write_files(project, {".gitignore": "dvc.yaml\n"})
    with pytest.raises(ExpError, match="Git ignores 'dvc.yaml'"):
        add(project, StageSpec("s", "cmd"))


def test_autostage_puts_the_files_into_the_index(project: Path) -> None:
    write_files(project, {".dvc/config": "[core]\n    autostage = true\n"})
    assert add(project, StageSpec("s", "cmd", outs=(OutSpec("o"),))).staged
    assert run_git(project, "diff", "--cached", "--name-only").text.split() == [".gitignore", "dvc.yaml"]
