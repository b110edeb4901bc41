"""Rows remembered by commit."""

from __future__ import annotations

import datetime
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from gitexp.content import Hash
from gitexp.experiment.record import FileValues, OutState, Values
from gitexp.experiment.table import row_cache
from gitexp.experiment.table.row_cache import FEW, SPARE, RowCache, row_line
from gitexp.experiment.table.values_data import part_text

COMMIT = "a" * 40
VALUES = Values(
    params={"params.yaml": FileValues({"lr": 0.1, "layers": [1, 2]})},
    metrics={"m.json": FileValues({"nan": "x", "acc": 1})},
    deps={"data": Hash("1" * 32, size=3), "gone": None},
    outs={"model": OutState(Hash("2" * 32 + ".dir", size=1, nfiles=2), True, False)},
    timestamp=1_700_000_000,
)


def filled(path: Path) -> Path:
    cache = RowCache(path)
    cache.put(COMMIT, VALUES)
    cache.flush()
    return path


def test_a_row_comes_back_as_it_was(work: Path) -> None:
    assert RowCache(filled(work / "rows")).get(COMMIT) == VALUES


def test_an_unknown_commit_has_no_row(work: Path) -> None:
    assert RowCache(filled(work / "rows")).get("b" * 40) is None


def test_rows_that_may_read_otherwise_another_time_are_not_kept(work: Path) -> None:
    lost = FileValues(error=("FileNotFoundError", "[Errno 2] No storage files available: 'm'"))
    cache = RowCache(work / "rows")
    cache.put(COMMIT, Values(error="broken"))
    cache.put("b" * 40, Values(metrics={"m": lost}))
    cache.flush()
    assert not (work / "rows").exists()


def test_a_file_that_is_bad_in_its_commit_stays_so(work: Path) -> None:
    bad = Values(metrics={"m.json": FileValues(error=("ParseError", "m.json:1:1: not valid JSON"))})
    cache = RowCache(work / "rows")
    assert cache.put(COMMIT, bad) == bad
    cache.flush()
    assert RowCache(work / "rows").get(COMMIT) == bad


@pytest.mark.parametrize("damage", ["cut", "flipped", "glued", "no checksum"])
def test_a_damaged_line_is_as_if_it_were_not_there(damage: str, work: Path) -> None:
    path = filled(work / "rows")
    good = path.read_bytes().strip()
    other = b"c" * 40 + good[40:]
    bad = {
        "cut": other[:-9],
        "flipped": other.replace(b'"acc": 1', b'"acc": 2'),
        "glued": other[:90] + other,
        "no checksum": b"c" * 40 + b' [1, {"params": {}}]',
    }[damage]
    path.write_bytes(bad + b"\n" + good + b"\n" + bad)
    cache = RowCache(path)
    assert cache.get("c" * 40) is None
    assert cache.get(COMMIT) == VALUES
    cache.put("c" * 40, VALUES)
    cache.flush()
    assert RowCache(path).get("c" * 40) == VALUES


def test_bytes_of_any_kind_are_no_rows(work: Path) -> None:
    path = filled(work / "rows")
    path.write_bytes(bytes(range(256)) * 100 + b"\n" + b"\xff" * 40 + b" 00000000 \n" + path.read_bytes())
    assert RowCache(path).get(COMMIT) == VALUES


def test_what_is_known_is_not_written_again(work: Path) -> None:
    path = filled(work / "rows")
    before = path.read_bytes()
    assert filled(path).read_bytes() == before


def test_the_file_is_written_anew_when_most_of_it_is_of_no_use(work: Path) -> None:
    path = work / "rows"
    cache = RowCache(path)
    for number in range(2 * SPARE):
        cache.put(f"{number:040x}", VALUES)
    cache.flush(lambda: {COMMIT})
    assert not path.read_bytes().strip()
    cache = RowCache(path)
    cache.put(COMMIT, VALUES)
    for number in range(SPARE - 1):
        cache.put(f"{number:040x}", VALUES)
    cache.flush(lambda: pytest.fail("nothing to ask: the file is small"))
    assert RowCache(path).get(COMMIT) == VALUES


def test_many_processes_write_at_once_and_nothing_is_damaged(work: Path) -> None:
    children = []
    for writer in range(6):
        child = os.fork()
        if not child:
            for number in range(120):
                cache = RowCache(work / "rows")
                cache.put(f"{writer}{number:039x}", VALUES)
                cache.flush()
            os._exit(0)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 6
    cache = RowCache(work / "rows")
    assert all(cache.get(f"{writer}{number:039x}") == VALUES for writer in range(6) for number in range(120))


@pytest.mark.parametrize("count", [1, FEW, FEW + 1, 3 * FEW])
@pytest.mark.parametrize("together", [True, False])
def test_rows_are_found_among_many_however_many_are_asked_for(
    count: int, together: bool, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_cache, "PIECE", 100)  # a line is longer than a piece, and they don't meet
    writer = RowCache(work / "rows")
    for number in range(5 * FEW):
        writer.put(f"{number:040x}", replace(VALUES, timestamp=number))
    writer.flush()
    wanted = [f"{number:040x}" for number in range(2, 2 + count)]
    cache = RowCache(work / "rows")
    if together:
        cache.expect([*wanted, "f" * 40])
    assert [cache.get(commit) for commit in wanted] == [
        replace(VALUES, timestamp=number) for number in range(2, 2 + count)
    ]
    assert cache.get("f" * 40) is None and cache.get(f"{4 * FEW:040x}") is not None


@pytest.mark.parametrize("others", [0, 2 * FEW])
def test_of_several_rows_of_a_commit_the_last_whole_one_holds(others: int, work: Path) -> None:
    path = work / "rows"
    lines = [row_line(COMMIT, replace(VALUES, timestamp=number)) or b"" for number in range(3)]
    path.write_bytes(lines[0] + lines[1] + b"x" + lines[2] + lines[2].replace(b'"acc": 1', b'"acc": 2'))
    cache = RowCache(path)
    cache.expect([f"{number:040x}" for number in range(others)] + [COMMIT])
    assert cache.get(COMMIT) == replace(VALUES, timestamp=1)


def test_texts_say_what_the_values_do() -> None:
    odd = {datetime.date(2020, 1, 2): {1: float("inf"), None: datetime.datetime(2020, 1, 2, 3)}}
    text = part_text("params", {"p.yaml": FileValues(odd)})
    assert json.loads(text) == {
        "p.yaml": {"data": {"2020-01-02": {"1": float("inf"), "null": "2020-01-02T03:00:00"}}}
    }


def test_rows_are_appended(work: Path) -> None:
    path = filled(work / "rows")
    more = RowCache(path)
    more.put("b" * 40, VALUES)
    more.flush()
    assert {COMMIT, "b" * 40} <= {line[:40].decode() for line in path.read_bytes().splitlines() if line}


def test_a_folder_that_cannot_be_written_costs_nothing(work: Path) -> None:
    (work / "file").write_text("")
    cache = RowCache(work / "file" / "rows")
    cache.put(COMMIT, VALUES)
    cache.flush()
