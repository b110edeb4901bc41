"""The queue on disk: claimed once, kept in order, nothing lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from gitexp.errors import ExpError
from gitexp.experiment.ending import Ending
from gitexp.experiment.request import Attempt, RunRequest, Scope
from gitexp.git.owner import Owner
from gitexp.queue.board import Board
from gitexp.queue.job import Place, QueuedJob, dump_job, parse_job

ME = Owner("here", "boot", 1, "now")


def job(name: str, order: int) -> QueuedJob:
    attempt = Attempt(name, "b" * 40, "t" * 40, (f"lr={order}",))
    return QueuedJob(f"id{order}", order, attempt, "s" * 40, 1.5, RunRequest(Scope(("train",))), group="g")


def board_with(folder: Path, *jobs: QueuedJob) -> Board:
    board = Board(folder)
    for each in jobs:
        board.put(each)
    return board


def test_an_entry_survives_its_file() -> None:
    entry = job("a", 3)
    assert parse_job(dump_job(entry), "x") == entry


def test_keys_of_a_newer_version_are_passed_over() -> None:
    text = dump_job(job("a", 3)).replace(b'{"id"', b'{"future":1,"id"')
    assert parse_job(text, "x") == job("a", 3)


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b'{"id":1}', b"\xff"])
def test_a_damaged_entry_is_an_error_that_names_its_file(text: bytes) -> None:
    with pytest.raises(ExpError, match="where.json: not a queue entry"):
        parse_job(text, "where.json")


def test_entries_are_claimed_in_order_and_once(work: Path) -> None:
    board = board_with(work, job("b", 2), job("a", 1))
    claimed = [board.claim(ME), board.claim(ME), board.claim(ME)]
    assert [each and each.name for each in claimed] == ["a", "b", None]
    assert {entry.owner for _, entry in board.entries(Place.RUNNING)} == {ME}


def test_many_claimants_share_the_queue_without_double_use(work: Path) -> None:
    board = board_with(work, *(job(f"j{n}", n) for n in range(60)))

    def drain(_: int) -> list[str]:
        mine = []
        while claimed := board.claim(ME):
            mine.append(claimed.name)
        return mine

    with ThreadPoolExecutor(8) as pool:
        names = [name for part in pool.map(drain, range(8)) for name in part]
    assert sorted(names) == sorted(f"j{n}" for n in range(60))


def test_an_ended_entry_keeps_how_it_ended(work: Path) -> None:
    board = board_with(work, job("a", 1))
    mine = board.claim(ME)
    assert mine is not None
    board.end(mine, Ending("failed", stage="train", exit_code=3), Place.FAILED)
    [(place, entry)] = board.entries()
    assert place is Place.FAILED
    assert entry.owner is None
    assert entry.ending == Ending("failed", stage="train", exit_code=3)


def test_a_requeued_entry_keeps_its_turn(work: Path) -> None:
    board = board_with(work, job("a", 1), job("b", 2))
    mine = board.claim(ME)
    assert mine is not None
    assert board.put_back(mine)
    assert [entry.name for _, entry in board.entries(Place.QUEUED)] == ["a", "b"]
    assert board.entries(Place.RUNNING) == []


def test_move_to_the_front(work: Path) -> None:
    board = board_with(work, job("a", 1_000_001), job("b", 1_000_002), job("c", 1_000_003))
    board.to_front(job("c", 1_000_003))
    board.to_front(job("b", 1_000_002))
    assert [entry.name for _, entry in board.entries(Place.QUEUED)] == ["b", "c", "a"]
    assert board.entries(Place.HELD) == []


def test_what_was_taken_away_has_no_heartbeat(work: Path) -> None:
    board = board_with(work, job("a", 1))
    mine = board.claim(ME)
    assert mine is not None
    assert board.beat(mine)
    board.remove(mine, Place.RUNNING)
    assert not board.beat(mine)
    assert board.last_beat(mine) is None


def test_find_takes_names_and_ids_and_names_the_unknown(work: Path) -> None:
    board = board_with(work, job("a", 1), job("b", 2))
    assert [entry.name for _, entry in board.find(["b", "id1", "a"])] == ["b", "a"]
    with pytest.raises(ExpError, match="not in the queue: x, y"):
        board.find(["a", "x", "y"])


def test_a_damaged_file_does_not_stop_the_queue(work: Path) -> None:
    board = board_with(work, job("a", 2))
    (work / "queued" / f"{1:020d}-bad.json").write_text("{")
    mine = board.claim(ME)
    assert mine is not None
    assert mine.name == "a"


def test_a_claimed_entry_says_by_its_name_alone_who_has_it(work: Path) -> None:
    board = board_with(work, job("a", 1))
    before = (work / "queued" / job("a", 1).file_name).read_bytes()
    board.claim(Owner("node-1.lab, attic", "", 7, ""))
    [path] = (work / "running").iterdir()
    assert path.read_bytes() == before  # one rename, nothing to write that a kill could prevent
    assert path.name == f"{1:020d}-id1@node-1.lab%2C%20attic,,7,.json"
    [(_, entry)] = Board(work).entries(Place.RUNNING)
    assert entry.owner == Owner("node-1.lab, attic", "", 7, "")


def test_how_often_an_entry_was_lost_stands_in_its_name(work: Path) -> None:
    board = board_with(work, job("a", 1))
    for lost in (1, 2, 3):
        mine = board.claim(ME)
        assert mine is not None
        assert board.put_back(mine)
        assert [entry.lost for _, entry in board.entries()] == [lost]
    assert not board.put_back(replace(job("a", 1), owner=ME))


def test_who_lost_an_entry_has_no_say_in_it_any_more(work: Path) -> None:
    board = board_with(work, job("a", 1))
    late = board.claim(ME)
    assert late is not None
    assert board.put_back(late)
    now = board.claim(replace(ME, pid=2))
    assert now is not None
    assert not board.beat(late)
    assert not board.end(late, Ending("success"), Place.SUCCESS)
    assert board.beat(now)


def test_a_failed_entry_runs_again_as_if_it_never_had(work: Path) -> None:
    board = board_with(work, job("a", 1))
    mine = board.claim(ME)
    assert mine is not None
    board.put_back(mine)
    again = board.claim(ME)
    assert again is not None
    board.end(again, Ending("failed"), Place.FAILED)
    [(_, failed)] = board.entries(Place.FAILED)
    board.run_again(failed)
    assert board.entries() == [(Place.QUEUED, job("a", 1))]
