"""`exp demo`: what a newcomer sees first must work on a machine where nothing is set up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gitexp.experiment.demo import lay_down
from tests.programs import exp, exp_ok, git, names


def test_the_whole_story(work: Path) -> None:
    out = exp_ok(work, "demo", "birds")
    project = work / "birds"
    assert len(names(project)) == 6
    shown = json.loads(exp_ok(project, "show", "--json"))
    rows = [rev["data"] for group in shown for row in group["experiments"] or [] for rev in row["revs"]]
    params = [row["params"]["params.yaml"]["data"]["train"] for row in rows]
    assert {(each["units"], each["rate"]) for each in params} == {
        (units, rate) for units in (4, 16) for rate in (0.001, 0.01, 0.1)
    }
    metrics = [row["metrics"]["metrics.json"]["data"] for row in rows]
    assert all(0.8 < each["accuracy"] < 1 for each in metrics)
    assert len({each["log_loss"] for each in metrics}) == 6, "the params make no difference"
    assert git(project, "status", "--porcelain") == ""
    assert git(project, "log", "--format=%s").splitlines() == [
        "First results",
        "Penguins: data, code, pipeline",
    ]
    for command in suggestions(out):
        exp_ok(project, *command)


def suggestions(out: str) -> list[list[str]]:
    """The `exp` commands at the end of the output, comments left off."""
    last = out[out.index("Try next:") :]
    commands = [line.split("#")[0].split() for line in last.splitlines() if line.startswith("  exp ")]
    assert len(commands) == 3
    return [words[1:] for words in commands]


def test_where_git_knows_no_author_the_demo_has_one_of_its_own(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = work / "nobody.gitconfig"
    nobody.write_text("[user]\n\tuseConfigOnly = true\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(nobody))
    lay_down(work / "birds")
    git(work / "birds", "commit", "--quiet", "--allow-empty", "-m", "possible")
    assert git(work / "birds", "log", "--format=%an <%ae>") == "Demo <demo@example.com>"
    assert "name" not in nobody.read_text()


def test_an_author_that_git_knows_stays(work: Path) -> None:
    lay_down(work / "birds")
    assert "user." not in git(work / "birds", "config", "--local", "--list")


@pytest.mark.parametrize("name", ["full", "file"])
def test_it_writes_nowhere_but_in_an_empty_folder(name: str, work: Path) -> None:
    (work / "full").mkdir()
    (work / "full" / "mine.txt").write_text("mine\n")
    (work / "file").write_text("mine\n")
    done = exp(work, "demo", name)
    assert (done.code, done.out) == (1, "")
    assert done.err == f"error: {name} is not an empty folder.\nhint: name another: `exp demo DIR`.\n"
    assert [path.name for path in (work / "full").iterdir()] == ["mine.txt"]
