"""The log of a build: everything its commands wrote, readable by `tail -f` while it grows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

from gitexp.build.events import Event, Listener, StageEnded, StageOutput, StageStarted


@contextmanager
def logged(path: Path | None, listener: Listener) -> Iterator[Listener]:
    """A listener that also appends to the log at `path` (None: there is none)."""
    if path is None:
        yield listener
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab", buffering=0) as file:
        log = _Log(file)

        def listen(event: Event) -> None:
            log.note(event)
            listener(event)

        yield listen


class _Log:
    """Lines of several stages in one file: a heading, as `tail` prints it, wherever the stage changes."""

    def __init__(self, file: FileIO) -> None:
        self._file = file
        self._stage = ""

    def note(self, event: Event) -> None:
        if isinstance(event, StageStarted):
            self._write(event.stage, "".join(f"$ {line}\n" for line in event.command.splitlines()))
        elif isinstance(event, StageOutput):
            self._write(event.stage, event.line + "\n")
        elif isinstance(event, StageEnded) and event.result.failure is not None:
            self._write(event.result.stage, event.result.failure.message + "\n")

    def _write(self, stage: str, text: str) -> None:
        if stage != self._stage:
            self._put(f"==> {stage} <==\n")
            self._stage = stage
        self._put(text)

    def _put(self, text: str) -> None:
        # On a full disk the log loses lines; whether the stage can go on is for the stage to say.
        with suppress(OSError):
            self._file.write(text.encode("utf-8", "replace"))
