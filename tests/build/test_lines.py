from __future__ import annotations

from gitexp.build.lines import LONGEST, LineSplitter


def test_lines_may_be_cut_anywhere() -> None:
    splitter = LineSplitter()
    assert splitter.feed(b"on") == []
    assert splitter.feed(b"e\ntwo\n\nth") == ["one", "two", ""]
    assert splitter.rest() == ["th"]
    assert splitter.rest() == []


def test_a_carriage_return_ends_a_line_but_not_twice() -> None:
    splitter = LineSplitter()
    assert splitter.feed(b"\r 10%\r 20%\r") == [" 10%"]
    assert splitter.feed(b"\ndone\r\n") == [" 20%", "done"]


def test_a_character_cut_between_chunks_is_whole_again() -> None:
    splitter = LineSplitter()
    assert splitter.feed(b"caf\xc3") == []
    assert splitter.feed(b"\xa9\n") == ["café"]


def test_an_endless_line_is_cut() -> None:
    splitter = LineSplitter()
    assert splitter.feed(b"x" * (LONGEST + 1)) == ["x" * LONGEST]
    assert splitter.rest() == ["x"]
