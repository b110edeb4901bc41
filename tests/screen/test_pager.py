"""Which pager, and that lines are written as they come."""

from __future__ import annotations

import pytest

from gitexp.screen.pager import pager_command, show_lines


@pytest.mark.parametrize(
    ("variables", "command"),
    [
        ({}, ["less"]),
        ({"PAGER": "more -s"}, ["more", "-s"]),
        ({"PAGER": "more", "GIT_PAGER": "most"}, ["most"]),
        ({"PAGER": "cat"}, None),
        ({"GIT_PAGER": ""}, None),
        ({"PAGER": "un'closed"}, None),
    ],
)
def test_the_users_pager(
    variables: dict[str, str], command: list[str] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert pager_command() == command


def test_on_a_pipe_nothing_is_paged(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGER", "false")
    show_lines(iter(["a", "b"]))
    assert capsys.readouterr().out == "a\nb\n"
