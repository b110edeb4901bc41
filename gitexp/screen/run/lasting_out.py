"""stdout for a run: when its reader leaves (`exp run | head`), the run goes on in silence."""

from __future__ import annotations

import os
from typing import Protocol, TextIO


class Out(Protocol):
    """What views write to: a text stream, or something like one."""

    def write(self, text: str, /) -> object: ...

    def flush(self) -> object: ...


class LastingOut:
    """Passes text on to `stream` until that is a closed pipe; from then on to nowhere.

    A listing may end when nobody reads on. Work that takes hours may not, nor may its exit code say
    anything but how the work ended.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str, /) -> None:
        try:
            self._stream.write(text)
        except BrokenPipeError:
            self._silence()

    def flush(self) -> None:
        try:
            self._stream.flush()
        except BrokenPipeError:
            self._silence()

    def _silence(self) -> None:
        # What the stream still holds is flushed again later, at the latest when the interpreter ends.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)
