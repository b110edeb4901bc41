"""Bytes of a command's output -> lines, whatever the bytes are."""

from __future__ import annotations

import re

# A program that never ends its line must not fill the memory: longer lines are cut into pieces.
LONGEST = 64 * 1024
# A lone \r redraws a progress bar: each drawing is a line of its own to whoever watches. At the very end it
# may be the first half of \r\n: that shows with the next chunk.
_END = re.compile(rb"\r\n|\n|\r(?!\Z)")


class LineSplitter:
    """Feed it chunks; it returns the lines that are complete, decoded, without their ends.

    Bytes that are not UTF-8 become U+FFFD. `rest()` gives what stands after the last line end.
    """

    def __init__(self) -> None:
        self._open = b""

    def feed(self, chunk: bytes) -> list[str]:
        data = self._open + chunk
        lines, start = [], 0
        for end in _END.finditer(data):
            line = data[start : end.start()]
            if line or end[0] != b"\r":  # nothing is drawn between \r and \r
                lines.append(line)
            start = end.end()
        self._open = data[start:]
        while len(self._open) > LONGEST:
            lines.append(self._open[:LONGEST])
            self._open = self._open[LONGEST:]
        return [line.decode("utf-8", "replace") for line in lines]

    def rest(self) -> list[str]:
        last, self._open = self._open.removesuffix(b"\r"), b""
        return [last.decode("utf-8", "replace")] if last else []
