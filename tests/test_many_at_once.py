"""Many processes in one repository at once: each gives its experiment, no stage runs twice for one input."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.evidence import assert_whole, refs, workspace
from tests.programs import EXP, exp_ok, finish, git, names, start
from tests.repos import make_project

MANY = 20


@pytest.fixture
def project(work: Path) -> Path:
    """Two stages; each notes in ../tally that it ran."""
    tally = work / "tally"
    return make_project(
        work / "project",
        {
            "params.yaml": "a: 1\nb: 1\n",
            "dvc.yaml": f"""\
stages:
  first:
    cmd: echo first ${{a}} >> '{tally}' && sleep 0.2 && echo ${{a}} > first.txt
    params: [a]
    outs: [first.txt]
  second:
    cmd: echo second ${{b}} >> '{tally}' && cat first.txt > metrics.yaml && echo "b${{b}}" > second.txt
    deps: [first.txt]
    params: [b]
    outs: [second.txt]
    metrics:
      - metrics.yaml:
          cache: false
""",
            ".gitignore": "/first.txt\n/second.txt\n",
        },
    )


def tally(project: Path) -> Counter[str]:
    return Counter((project.parent / "tally").read_text().splitlines())


@pytest.mark.slow
def test_twenty_runs_from_twenty_processes_are_twenty_experiments(project: Path) -> None:
    before = workspace(project)
    running = [start(project, (*EXP, "run", "--set-param", f"b={number}")) for number in range(MANY)]
    for process in running:
        done = finish(process)
        assert done.code == 0, done.err
    assert len(names(project)) == MANY
    assert len([ref for ref in refs(project) if ref.startswith("refs/exps/")]) == MANY
    assert workspace(project) == before
    assert_whole(project)
    assert tally(project) == {"first 1": 1, **{f"second {number}": 1 for number in range(MANY)}}
    made = git(project, "for-each-ref", "--format=%(objectname)", "refs/exps").split()
    params = [git(project, "show", f"{commit}:params.yaml").split()[-1] for commit in made]
    assert sorted(params, key=int) == [str(number) for number in range(MANY)]


@pytest.mark.slow
def test_one_name_wanted_by_five_is_given_once(project: Path) -> None:
    running = [start(project, (*EXP, "run", "--name", "mine", "-S", f"b={n}")) for n in range(5)]
    done = [finish(process) for process in running]
    assert sorted(outcome.code for outcome in done) == [0, 1, 1, 1, 1]
    assert all("mine" in outcome.err for outcome in done if outcome.code == 1)
    assert names(project) == ["mine"]
    assert_whole(project)


def test_a_sweep_runs_a_stage_that_its_runs_share_once(project: Path) -> None:
    exp_ok(project, "run", "--jobs", "4", "-S", "b=1,2,3,4")
    assert tally(project)["first 1"] == 1
    assert len(names(project)) == 4
