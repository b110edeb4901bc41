"""Rows remembered by commit."""

from __future__ import annotations

from pathlib import Path

from gitexp.content import Hash
from gitexp.experiment.record import FileValues, OutState, Values
from gitexp.experiment.row_cache import RowCache

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


def test_rows_with_errors_are_not_kept(work: Path) -> None:
    cache = RowCache(work / "rows")
    cache.put(COMMIT, Values(error="broken"))
    cache.put("b" * 40, Values(metrics={"m": FileValues(error=("E", "gone"))}))
    cache.flush()
    assert not (work / "rows").exists()


def test_a_damaged_line_is_ignored_and_the_rest_read(work: Path) -> None:
    path = filled(work / "rows")
    path.write_bytes(b"c" * 40 + b' [1, {"par' + path.read_bytes())
    cache = RowCache(path)
    assert cache.get("c" * 40) is None
    assert cache.get(COMMIT) == VALUES


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
