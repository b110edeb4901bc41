"""A picture that is drawn again and again on the terminal until a key is pressed."""

from __future__ import annotations

import os
import select
import sys
import termios
import tty
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

_HOME, _REST_OF_LINE, _REST_OF_SCREEN = "\x1b[H", "\x1b[K", "\x1b[J"
_ENTER, _LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"  # the other screen, without a cursor


@contextmanager
def live_screen() -> Iterator[None]:
    """While the block runs, keys come at once and the picture has the terminal to itself."""
    keys = sys.stdin.fileno() if sys.stdin.isatty() else None
    before = termios.tcgetattr(keys) if keys is not None else None
    try:
        if keys is not None:
            tty.setcbreak(keys)
        sys.stdout.write(_ENTER)
        yield
    finally:
        sys.stdout.write(_LEAVE)
        sys.stdout.flush()
        if keys is not None and before is not None:
            termios.tcsetattr(keys, termios.TCSADRAIN, before)


def draw(lines: Sequence[str]) -> None:
    """Replace the picture; nothing flickers, because only what differs looks different."""
    body = "".join(f"{line}{_REST_OF_LINE}\n" for line in lines)
    sys.stdout.write(_HOME + body.removesuffix("\n") + _REST_OF_SCREEN)
    sys.stdout.flush()


def key_within(seconds: float) -> str:
    """The key that was pressed within that time, or ''. Without a keyboard it just waits."""
    ready, _, _ = select.select([sys.stdin] if sys.stdin.isatty() else [], [], [], seconds)
    return os.read(sys.stdin.fileno(), 1).decode("ascii", "replace") if ready else ""
