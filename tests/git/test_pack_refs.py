"""Refs are packed when they are many, and nothing is lost of what happens meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from gitexp.git.command import run_git
from gitexp.git.pack_refs import pack_refs, pack_when_many
from gitexp.git.refs import RefChange, RefConflict, change_refs, create_ref, list_refs, read_ref
from gitexp.git.repo import Repo, find_repo
from tests.repos import make_repo

FOLDER = f"refs/exps/12/{'3' * 38}/"
ROUNDS = 12


@pytest.fixture
def repo(work: Path) -> Repo:
    return find_repo(make_repo(work, {"a.txt": "a\n"}))


def head(repo: Repo) -> str:
    return run_git(repo.work_tree, "rev-parse", "HEAD").text


def make(repo: Repo, count: int, folder: str = FOLDER) -> list[str]:
    names = [f"{folder}e{number}" for number in range(count)]
    change_refs(repo, [RefChange(name, head(repo), None) for name in names])
    return names


def packed(repo: Repo) -> bool:
    return (repo.common_dir / "packed-refs").exists()


def test_they_are_packed_when_more_than_that_are_loose(repo: Repo) -> None:
    names = [*make(repo, 3), *make(repo, 2, "refs/gitexp/failed/x/")]
    run_git(repo.work_tree, "tag", "v1")
    before = list_refs(repo, "refs/")
    assert not pack_when_many(repo, 5) and not packed(repo)
    assert pack_when_many(repo, 4)
    assert list_refs(repo, "refs/") == before
    assert not any((repo.common_dir / name).exists() for name in [*names, "refs/tags/v1"])
    assert not pack_when_many(repo, 4)  # none is loose any more


def test_none_is_never_packed(repo: Repo) -> None:
    make(repo, 3)
    assert not pack_when_many(repo, 0) and not packed(repo)


@pytest.mark.parametrize(("key", "value"), [("gc.auto", "0"), ("gc.packRefs", "false")])
def test_who_told_git_to_leave_refs_alone_is_heeded(key: str, value: str, repo: Repo) -> None:
    make(repo, 3)
    run_git(repo.work_tree, "config", key, value)
    assert not pack_when_many(repo, 1) and not packed(repo)


def test_another_who_packs_is_no_error(repo: Repo) -> None:
    names = make(repo, 3)
    run_git(repo.work_tree, "config", "core.packedRefsTimeout", "1")
    (repo.common_dir / "packed-refs.lock").touch()
    assert not pack_when_many(repo, 1)
    assert [ref.name for ref in list_refs(repo, FOLDER)] == names


def test_nothing_is_lost_of_what_happens_meanwhile(repo: Repo) -> None:
    first = head(repo)
    run_git(repo.work_tree, "commit", "-q", "--allow-empty", "-m", "second")
    second = head(repo)
    steady = make(repo, 20, f"{FOLDER}steady-")
    over = threading.Event()
    wrong: list[object] = []

    def create(number: int) -> None:
        create_ref(repo, f"{FOLDER}new-{number}", first)

    def delete(number: int) -> None:
        name = f"{FOLDER}gone-{number}"
        create_ref(repo, name, first)
        change_refs(repo, [RefChange(name, None, first)])
        if read_ref(repo, name) is not None:
            wrong.append(("not deleted", name))

    def move(number: int) -> None:
        name = f"{FOLDER}moved-{number}"
        create_ref(repo, name, first)
        change_refs(repo, [RefChange(name, second, first)])
        try:
            change_refs(repo, [RefChange(name, first, first)])
            wrong.append(("moved from what it does not hold", name))
        except RefConflict:
            pass
        try:
            create_ref(repo, name, first)
            wrong.append(("made twice", name))
        except RefConflict:
            pass

    def read() -> None:
        while not over.is_set():
            names = {ref.name for ref in list_refs(repo, FOLDER)}
            wrong.extend(("unseen", name) for name in steady if name not in names)
            wrong.extend(("unread", name) for name in steady[:3] if read_ref(repo, name) is None)

    def pack() -> None:
        while not over.is_set():
            pack_refs(repo)

    def each(act: Callable[[int], None]) -> None:
        try:
            for number in range(ROUNDS):
                act(number)
        except BaseException as error:
            wrong.append(error)

    beside = [threading.Thread(target=act) for act in (read, pack, pack)]
    makers = [threading.Thread(target=each, args=(act,)) for act in (create, delete, move)]
    for thread in (*beside, *makers):
        thread.start()
    for thread in makers:
        thread.join()
    over.set()
    for thread in beside:
        thread.join()
    assert not wrong
    found = {ref.name.removeprefix(FOLDER): ref.oid for ref in list_refs(repo, FOLDER)}
    expected = dict.fromkeys((name.removeprefix(FOLDER) for name in steady), second)
    expected |= {f"new-{number}": first for number in range(ROUNDS)}
    expected |= {f"moved-{number}": second for number in range(ROUNDS)}
    assert found == expected
    asked = run_git(repo.work_tree, "for-each-ref", "--format=%(refname) %(objectname)", FOLDER).text
    assert asked.splitlines() == [f"{FOLDER}{name} {oid}" for name, oid in sorted(expected.items())]
