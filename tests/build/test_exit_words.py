"""What exit codes mean."""

from __future__ import annotations

import pytest

from gitexp.build.exit_words import exit_words


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (3, "exited with 3"),
        (127, "exited with 127: the command was not found"),
        (137, "exited with 137: SIGKILL, often for want of memory"),
        (255, "exited with 255"),
        (-9, "killed by signal 9: SIGKILL, often for want of memory"),
        (-15, "killed by signal 15: SIGTERM"),
    ],
)
def test_codes_are_said_with_their_meaning(code: int, words: str) -> None:
    assert exit_words(code) == words
