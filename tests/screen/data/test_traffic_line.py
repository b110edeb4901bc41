from __future__ import annotations

import io
import sys

import pytest

from gitexp.cache.traffic import Traffic
from gitexp.screen.data.traffic_line import TrafficLine, traffic_text

MIB = 1 << 20


@pytest.mark.parametrize(
    ("traffic", "seconds", "text"),
    [
        (
            Traffic(120, 5000, 5 * MIB, 20 * MIB),
            2.0,
            "Pushing 120 of 5000 files, 5.0 MiB of 20 MiB, 2.5 MiB/s, 6 s left",
        ),
        (Traffic(1, 4, 0, 0), 10.0, "Pushing 1 of 4 files, 30 s left"),
        (Traffic(0, 4, 0, 100), 10.0, "Pushing 0 of 4 files"),
        (
            Traffic(0, 1, MIB, 600 * MIB),
            7.0,
            "Pushing 0 of 1 file, 1.0 MiB of 600 MiB, 146 KiB/s, 1 h 9 min left",
        ),
    ],
)
def test_the_line_tells_how_far_how_fast_and_how_long_still(
    traffic: Traffic, seconds: float, text: str
) -> None:
    assert traffic_text("Pushing", traffic, seconds) == text


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_the_line_is_redrawn_and_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, times = Terminal(), iter([0.0, 0.1, 1.0, 1.01, 2.0])
    monkeypatch.setattr(sys, "stderr", terminal)
    with TrafficLine("Pushing", lambda: next(times)) as line:
        for done in range(1, 5):
            line(Traffic(done, 4))
    shown = terminal.getvalue().split("\r\x1b[K")
    assert [text.split(",")[0] for text in shown] == ["", "Pushing 2 of 4 files", "Pushing 4 of 4 files", ""]


def test_nothing_is_drawn_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    times = iter([0.0, 5.0])
    with TrafficLine("Pushing", lambda: next(times)) as line:
        line(Traffic(1, 4))
    assert capsys.readouterr().err == ""
