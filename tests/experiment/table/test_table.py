"""The rows of `exp show` in real repositories."""

from __future__ import annotations

from pathlib import Path

import pygit2
import pytest

from gitexp.errors import ExpError
from gitexp.experiment.baselines import Baselines
from gitexp.experiment.record import FileValues, Group, State
from gitexp.experiment.table import table
from gitexp.experiment.table.table import RevisionReader, TableRequest, collect_table
from gitexp.project import find_project
from tests.repos import AUTHOR, commit_all, make_project, make_repo, write_files

FILES = {
    "dvc.yaml": "stages:\n  s:\n    cmd: x\n    params: [lr]\n    metrics:\n    - m.json: {cache: false}\n",
    "params.yaml": "lr: 0\n",
    "m.json": '{"acc": 0}',
}


def add_experiment(path: Path, name: str, lr: int, minutes: int, folder: str = "refs/exps") -> str:
    """An experiment on HEAD with its own params and metrics, so many minutes after the first commit."""
    repo = pygit2.Repository(str(path))
    head = str(repo.head.target)
    builder = repo.TreeBuilder(repo[head].peel(pygit2.Tree))
    for file, text in (("params.yaml", f"lr: {lr}\n"), ("m.json", f'{{"acc": {lr}}}')):
        builder.insert(file, repo.create_blob(text.encode()), 0o100644)
    signature = pygit2.Signature(*AUTHOR, 1_700_000_000 + 60 * minutes, 0)
    commit = str(repo.create_commit(None, signature, signature, name, builder.write(), [head]))
    if folder == "refs/exps":
        repo.references.create(f"refs/exps/{head[:2]}/{head[2:]}/{name}", commit)
    else:
        repo.references.create(f"{folder}/{head}/{name}/20261124T000000.0-0", commit)
    return commit


@pytest.fixture
def project(work: Path) -> Path:
    return make_project(work, FILES)


def groups(path: Path, request: TableRequest = TableRequest()) -> list[Group]:
    return collect_table(find_project(path), request)


def test_the_workspace_comes_first_then_the_baseline(project: Path) -> None:
    write_files(project, {"params.yaml": "lr: 9\n"})
    workspace, head = groups(project)
    assert (workspace.head.rev, workspace.head.values.params) == (
        "workspace",
        {"params.yaml": FileValues({"lr": 9})},
    )
    assert (head.head.name, head.head.values.params) == ("main", {"params.yaml": FileValues({"lr": 0})})


def test_experiments_are_listed_newest_first(project: Path) -> None:
    add_experiment(project, "old", 1, 1)
    add_experiment(project, "new", 2, 2)
    assert [row.name for row in groups(project)[1].rows] == ["new", "old"]


def test_failed_runs_come_last_and_say_so(project: Path) -> None:
    add_experiment(project, "good", 1, 1)
    add_experiment(project, "bad", 2, 5, folder="refs/gitexp/failed")
    assert [(row.name, row.state) for row in groups(project)[1].rows] == [
        ("good", State.SUCCESS),
        ("bad", State.FAILED),
    ]
    assert len(groups(project, TableRequest(failed=False))[1].rows) == 1


def test_num_goes_back_along_first_parents(project: Path) -> None:
    write_files(project, {"params.yaml": "lr: 5\n"})
    commit_all(project)
    found = groups(project, TableRequest(Baselines(num=2), workspace=False))
    assert [group.head.values.params["params.yaml"].values for group in found] == [{"lr": 5}, {"lr": 0}]
    assert len(groups(project, TableRequest(Baselines(num=-1), workspace=False))) == 2


def test_everywhere_finds_experiments_that_no_branch_reaches(project: Path) -> None:
    add_experiment(project, "lost", 1, 1)
    repo = pygit2.Repository(str(project))
    signature = pygit2.Signature(*AUTHOR, 1_700_009_999, 0)
    tree = repo.head.peel(pygit2.Tree).id
    other = repo.create_commit(None, signature, signature, "rewritten", tree, [])
    repo.references["refs/heads/main"].set_target(other)
    assert [row.name for group in groups(project) for row in group.rows] == []
    found = groups(project, TableRequest(Baselines(everywhere=True)))
    assert [row.name for group in found for row in group.rows] == ["lost"]


def test_branches_and_tags(project: Path) -> None:
    repo = pygit2.Repository(str(project))
    first = repo.head.target
    repo.create_tag("v1", first, pygit2.enums.ObjectType.COMMIT, pygit2.Signature(*AUTHOR, 1, 0), "annotated")
    write_files(project, {"params.yaml": "lr: 5\n"})
    second = commit_all(project)
    tags = groups(project, TableRequest(Baselines(tags=True), workspace=False))
    assert [group.head.rev for group in tags] == [str(first)]
    branches = groups(project, TableRequest(Baselines(branches=True), workspace=False))
    assert [group.head.rev for group in branches] == [second]


def test_an_unknown_revision_is_an_error(project: Path) -> None:
    for rev in ("nope", "-x", "--all"):
        with pytest.raises(ExpError, match="is not a revision"):
            groups(project, TableRequest(Baselines(revs=(rev,))))


def test_a_repository_without_commits_has_no_rows(work: Path) -> None:
    make_repo(work)
    (work / ".dvc").mkdir()
    assert groups(work) == []


def test_rows_are_read_from_the_cache_the_second_time(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_experiment(project, "one", 1, 1)
    first = groups(project)

    def refuse(*_: object) -> None:
        raise AssertionError("a finished row was read again")

    monkeypatch.setattr(table.TreeFiles, "__init__", refuse)
    assert groups(project) == first


def test_fresh_reads_anew(project: Path) -> None:
    add_experiment(project, "one", 1, 1)
    first = groups(project)
    (rows,) = (project / ".git/gitexp/cache").glob("rows-*")
    rows.write_bytes(rows.read_bytes().replace(b'"acc": 1', b'"acc": 7'))
    assert groups(project, TableRequest(fresh=True)) == first


def test_many_rows_are_read_the_same_way_as_few(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for i in range(4):
        add_experiment(project, f"e{i}", i, i)
    few = groups(project)
    monkeypatch.setattr(table, "MANY", 2)
    assert groups(project, TableRequest(fresh=True)) == few


def test_a_project_in_a_subfolder_reads_its_own_files(work: Path) -> None:
    make_repo(work, {f"sub/{name}": text for name, text in FILES.items()} | {"sub/.dvc/config": ""})
    (head,) = groups(work / "sub", TableRequest(workspace=False))
    assert head.head.values.metrics == {"m.json": FileValues({"acc": 0})}


def test_a_commit_that_is_not_there_is_an_error_of_its_row(project: Path) -> None:
    with RevisionReader(find_project(project)) as reader:
        assert reader.commit("1" * 40).error == "commit 1111111 is not in this repository."


def test_no_more_are_read_than_are_wanted(project: Path) -> None:
    for number in range(6):
        add_experiment(project, f"e{number}", number, 10 - number)
    add_experiment(project, "bad", 9, 99, folder="refs/gitexp/failed")
    _, head = groups(project, TableRequest(most=2))
    assert ([row.name for row in head.rows], head.more) == (["e0", "e1", "bad"], 4)
    _, head = groups(project, TableRequest(most=6))
    assert (len(head.rows), head.more) == (7, 0)


def test_of_several_baselines_the_first_ones_have_the_room(project: Path) -> None:
    for number in range(3):
        add_experiment(project, f"old{number}", number, 10 + number)
    write_files(project, {"params.yaml": "lr: 5\n"})
    commit_all(project)
    for number in range(2):
        add_experiment(project, f"new{number}", number, number)
    request = TableRequest(Baselines(num=2), workspace=False, most=3)
    assert [([row.name for row in group.rows], group.more) for group in groups(project, request)] == [
        (["new1", "new0"], 0),
        (["old2"], 2),
    ]


def test_an_empty_params_file_has_no_values(project: Path) -> None:
    write_files(project, {"params.yaml": "# none yet\n"})
    commit_all(project)
    workspace, head = groups(project)
    assert not workspace.head.values.params["params.yaml"].values and workspace.head.values.error is None
    assert head.head.values.params == workspace.head.values.params
