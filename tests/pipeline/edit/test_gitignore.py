"""One line an out, in the folder of the out, with what gitignore gives a meaning escaped."""

from __future__ import annotations

import pytest

from gitexp.pipeline.edit.gitignore import add_entries, pattern, remove_entries


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("model", "/model"),
        ("a[1]*.txt", r"/a\[1\]\*.txt"),
        ("#h", r"/\#h"),
        ("!x", r"/\!x"),
        ("sp ace", "/sp ace"),
        ("a\\b?", r"/a\\b\?"),
    ],
)
def test_the_line_ignores_exactly_that_name(name: str, line: str) -> None:
    assert pattern(name) == line


def test_lines_are_added_once_after_what_is_there() -> None:
    assert add_entries("*.pyc", ["b", "a", "b"]) == "*.pyc\n/b\n/a\n"
    assert add_entries("/b\n", ["b"]) == "/b\n"
    assert add_entries(None, ["b"]) == "/b\n"


def test_line_ends_stay_what_they_are() -> None:
    assert add_entries("x\r\n", ["b"]) == "x\r\n/b\r\n"


def test_only_the_named_lines_go() -> None:
    assert remove_entries("/a\n# /a\n/ab\n/a", ["a"]) == "# /a\n/ab\n"
