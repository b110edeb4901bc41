"""A run outlives the reader of its output."""

from __future__ import annotations

import io
import os

from gitexp.screen.run.lasting_out import LastingOut


def test_text_goes_through() -> None:
    stream = io.StringIO()
    out = LastingOut(stream)
    out.write("one\n")
    out.flush()
    assert stream.getvalue() == "one\n"


def test_when_the_reader_has_left_text_goes_nowhere() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w") as stream:
        out = LastingOut(stream)
        for _ in range(3):
            out.write("x" * 100_000)
            out.flush()
