"""Files that could not be read are named with the reason, and not by the thousand."""

from __future__ import annotations

import pytest

from gitexp.experiment.record import FileValues
from gitexp.experiment.table.collect import not_there
from gitexp.screen.unread import warn_unread


def test_each_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    damaged = FileValues(error=("JSONFileCorruptedError", "m.json is not JSON: line 1"))
    away = FileValues(error=("FileNotFoundError", "[Errno 2] No storage files available: 'b.json'"))
    warn_unread({"": {"m.json": damaged, "a.json": not_there("a.json")}, "main": {"b.json": away}})
    assert capsys.readouterr().err.splitlines() == [
        "warning: workspace: m.json: m.json is not JSON: line 1",
        "warning: workspace: a.json: there is no such file.",
        "warning: main: b.json: it is not in the cache.",
        "hint: data that is not on this machine comes with `exp data pull`, of a revision with `--rev`.",
    ]


def test_thousands_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    warn_unread({f"c{number}": {"m.json": not_there("m.json")} for number in range(1000)})
    lines = capsys.readouterr().err.splitlines()
    assert (len(lines), lines[5]) == (7, "warning: 995 more files could not be read.")


def test_nothing_to_say(capsys: pytest.CaptureFixture[str]) -> None:
    warn_unread({"main": {"m.json": FileValues({"acc": 1})}})
    assert capsys.readouterr().err == ""
