"""A thousand experiments over every kind of server, and two people who push the same name at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitexp.errors import ExpError
from gitexp.experiment.baselines import Baselines
from gitexp.experiment.choose import Choice, choose_here
from gitexp.experiment.share.pull import pull_experiments
from gitexp.experiment.share.push import push_experiments
from gitexp.experiment.share.shared import Shared
from gitexp.git.command import run_git
from tests.experiment.clones import Clone
from tests.experiment.exps import add_commit
from tests.programs import git
from tests.repos import make_project
from tests.sharing.servers import SERVERS

MANY = 1000
ALL = Choice(baselines=Baselines(everywhere=True))


@pytest.fixture(params=list(SERVERS))
def url(request: pytest.FixtureRequest, work: Path) -> Iterator[str]:
    """The URL of a bare repository that has the one commit of `ann`."""
    ann = make_project(work / "ann", {"a.txt": "a"})
    (work / "hubs").mkdir()
    git(work, "clone", "-q", "--bare", str(ann), "hubs/hub.git")
    with SERVERS[request.param](work / "hubs") as folder:
        git(ann, "remote", "add", "origin", f"{folder}/hub.git")
        yield f"{folder}/hub.git"


def clone(work: Path, url: str, name: str) -> Clone:
    git(work, "clone", "-q", url, name)
    return Clone(work / name)


def push(clone: Clone, *names: str) -> Shared:
    chosen = choose_here(clone.project, Choice(names) if names else ALL)
    return push_experiments(clone.project.repo, "origin", chosen)


def add_many(clone: Clone, count: int) -> None:
    head = clone.head
    lines = [
        f"create refs/exps/{head[:2]}/{head[2:]}/exp-{number} "
        f"{add_commit(clone.path, [head], f'experiment {number}')}\n"
        for number in range(count)
    ]
    run_git(clone.path, "update-ref", "--stdin", input="".join(lines).encode())


@pytest.mark.slow
def test_a_thousand_experiments_go_over_and_come_back(url: str, work: Path) -> None:
    ann = Clone(work / "ann")
    add_many(ann, MANY)
    assert len(push(ann).moved) == MANY
    assert len(push(ann).unchanged) == MANY
    bob = clone(work, url, "bob")
    assert len(pull_experiments(bob.project, "origin", ALL).moved) == MANY
    assert sorted(bob.names()) == sorted(ann.names())
    for path in (ann.path, bob.path, work / "hubs/hub.git"):
        git(path, "gc", "--quiet", "--prune=now")
        assert git(path, "fsck", "--no-dangling", "--no-progress") == ""
    assert len(ann.names()) == len(bob.names()) == len(ann.there()) == MANY


@pytest.mark.slow
def test_of_two_who_push_one_name_at_once_one_wins_and_the_other_is_told(url: str, work: Path) -> None:
    clones = (Clone(work / "ann"), clone(work, url, "bob"))
    for number in range(50 if url.startswith("/") else 5):
        name = f"race-{number}"
        mine = [one.add(name) for one in clones]
        told = at_once(clones, name)
        winner = next(place for place in range(2) if told[place].moved)
        loser = told[1 - winner]
        assert loser.moved == ()
        assert [*loser.diverged, *(one for one, _ in loser.refused)] == [mine[1 - winner]]
        assert clones[0].there()[name] == mine[winner].commit
        assert all(name in one.names() for one in clones)


@pytest.mark.parametrize("kind", ["ssh", "http"])
def test_who_is_not_let_in_is_told_by_whom(kind: str, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TERMINAL_PROMPT", "0")
    ann = make_project(work / "ann", {"a.txt": "a"})
    (work / "hubs").mkdir()
    git(work, "clone", "-q", "--bare", str(ann), "hubs/hub.git")
    with SERVERS[kind](work / "hubs") as folder:
        git(ann, "remote", "add", "origin", f"{folder}/hub.git")
        Clone(ann).add("one")
        assert push(Clone(ann)).moved
        git(ann, "config", "credential.helper", "")
        known = work / "ssh" / "known_hosts"
        strange = f"ssh -F none -o BatchMode=yes -o UserKnownHostsFile={known} -i {work / 'none'}"
        git(ann, "config", "core.sshCommand", strange)
        with pytest.raises(ExpError, match="Git remote 'origin'"):
            push(Clone(ann))


def at_once(clones: tuple[Clone, Clone], name: str) -> list[Shared]:
    """What each was told; both begin at the same moment."""
    barrier, told = threading.Barrier(2), [Shared(), Shared()]

    def work(place: int) -> None:
        barrier.wait()
        told[place] = push(clones[place], name)

    threads = [threading.Thread(target=work, args=(place,)) for place in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told
