"""Times of commits, remembered."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from gitexp.experiment.table import commit_times as module
from gitexp.experiment.table.commit_times import commit_times
from gitexp.git.repo import Repo

TIMES = {f"{number:040x}": 1_700_000_000 + number for number in range(5)} | {"f" * 40: -3}


def nothing(oids: Sequence[str]) -> dict[str, int]:
    pytest.fail(f"asked for {oids}")


def known(oids: Sequence[str]) -> dict[str, int]:
    return {oid: TIMES[oid] for oid in oids if oid in TIMES}


@pytest.fixture
def repo(work: Path) -> Repo:
    return Repo(work, work, work)


def file_of(repo: Repo) -> Path:
    return repo.state_dir / "cache" / "times-1"


def test_what_was_read_once_is_not_read_again(repo: Repo) -> None:
    first, *rest = TIMES
    assert commit_times(repo, [first], known) == {first: TIMES[first]}
    assert (
        commit_times(repo, list(TIMES), lambda oids: known(rest) if oids == rest else nothing(oids)) == TIMES
    )
    assert commit_times(repo, rest, nothing) == {oid: TIMES[oid] for oid in rest}


def test_what_is_not_there_has_no_time_and_is_asked_for_again(repo: Repo) -> None:
    assert commit_times(repo, ["a" * 40], known) == {}
    assert commit_times(repo, ["a" * 40], lambda oids: dict.fromkeys(oids, 7)) == {"a" * 40: 7}


def test_long_object_ids_are_kept_too(repo: Repo) -> None:
    assert commit_times(repo, ["ab" * 32], lambda oids: {"ab" * 32: 5}) == {"ab" * 32: 5}
    assert commit_times(repo, ["ab" * 32], nothing) == {"ab" * 32: 5}


@pytest.mark.parametrize("where", [0, 4, 6, 12, 20, 60, -1])
def test_damage_is_as_if_nothing_were_there_and_is_healed(where: int, repo: Repo) -> None:
    commit_times(repo, list(TIMES), known)
    data = bytearray(file_of(repo).read_bytes())
    data[where] ^= 0x55
    file_of(repo).write_bytes(data)
    assert commit_times(repo, list(TIMES), known) == TIMES
    assert commit_times(repo, list(TIMES), nothing) == TIMES


def test_a_block_cut_short_costs_itself_only(repo: Repo) -> None:
    first, *rest = TIMES
    commit_times(repo, [first], known)
    commit_times(repo, rest, known)
    file_of(repo).write_bytes(file_of(repo).read_bytes()[:-3])
    assert commit_times(repo, [first], nothing) == {first: TIMES[first]}
    assert commit_times(repo, rest, known) == known(rest)
    assert commit_times(repo, list(TIMES), nothing) == TIMES


def test_many_small_blocks_become_one(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BLOCKS", 3)
    for oid in TIMES:
        commit_times(repo, [oid], known)
    assert file_of(repo).read_bytes().count(b"ETM1") < 4
    assert commit_times(repo, list(TIMES), nothing) == TIMES


def test_a_folder_that_cannot_be_written_costs_nothing(repo: Repo) -> None:
    repo.state_dir.write_text("")
    assert commit_times(repo, list(TIMES), known) == TIMES
