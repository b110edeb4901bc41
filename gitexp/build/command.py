"""Run one shell command: its output line by line, its exit code, and how it is made to stop.

The command gets a session (and so a process group) of its own, stdin closed, stdout and stderr as one
stream in the order written. Nothing here knows about stages: the builder's tests hand in a runner that only
lists what it was told to run.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from gitexp.build.environment import shell_argv
from gitexp.build.lines import LineSplitter
from gitexp.build.stop import Stop
from gitexp.build.warden import guarded
from gitexp.errors import ExpError

OnLine = Callable[[str], None]

_CHUNK = 64 * 1024
_IN_PIPE = 1024 * 1024  # bytes that may still be on their way when a command has exited: a large pipe's worth
_TICK = 0.1  # seconds between looks at `stop` and at a child that exited but left its output open
_ESCALATION = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)


class CommandRunner(Protocol):
    def run(
        self, command: str, cwd: Path, env: Mapping[str, str], on_line: OnLine, stop: Stop, slots: int = 1
    ) -> int:
        """Run `command` to its end. The exit code; the negative signal number if a signal killed it.

        `slots`: how many ordinary commands it counts for where the number of commands at once is limited.
        Raises ExpError when it can't be started at all.
        """
        ...


class ShellRunner:
    """Commands through the user's shell. `grace`: seconds a stopped command has before the next signal.

    `keep_open` are file descriptors that commands inherit: a lock among them stays held while they live.
    """

    def __init__(self, grace: float = 10.0, keep_open: tuple[int, ...] = ()) -> None:
        self.grace = grace
        self.keep_open = keep_open

    def run(
        self, command: str, cwd: Path, env: Mapping[str, str], on_line: OnLine, stop: Stop, slots: int = 1
    ) -> int:
        process = _start(shell_argv(command, env.get("SHELL")), cwd, env, self.keep_open)
        with stop.running(), guarded(process.pid):
            return self._watch(process, on_line, stop)

    def _watch(self, process: subprocess.Popen[bytes], on_line: OnLine, stop: Stop) -> int:
        ending = _Ending(process, stop, self.grace)
        try:
            _pump(process, on_line, ending)
            while process.poll() is None:  # it closed its output but works on
                ending.press()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(_TICK)
            while ending.is_resisted:  # the shell is gone, but not what it started
                ending.press()
                time.sleep(_TICK)
        except BaseException:
            ending.kill()
            raise
        return process.returncode


def _start(
    argv: list[str], cwd: Path, env: Mapping[str, str], keep_open: tuple[int, ...]
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            argv,
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=keep_open,
        )
    except OSError as error:
        if not cwd.is_dir():
            raise ExpError(f"the stage's working directory {cwd} does not exist.") from error
        raise ExpError(f"can't start {argv[0]}: {error.strerror}", "is $SHELL right?") from error


class _Ending:
    """Brings a process group to its end, each step harder than the last."""

    def __init__(self, process: subprocess.Popen[bytes], stop: Stop, grace: float) -> None:
        self._process, self._stop, self._grace = process, stop, grace
        self._sent = 0
        self._sent_at = 0.0

    def press(self) -> None:
        """Send the signal that is due, if one is: asked again, or the grace of the last one is over."""
        if not self._stop.asked or self._sent == len(_ESCALATION):
            return
        impatient = self._stop.level > self._sent
        if impatient or time.monotonic() - self._sent_at > self._grace:
            self._signal(_ESCALATION[self._sent])
            self._sent += 1
            self._sent_at = time.monotonic()

    @property
    def is_resisted(self) -> bool:
        """Whether it was asked to end and some process of the group still lives, however the first ended."""
        if not self._stop.asked:
            return False
        try:
            os.killpg(self._process.pid, 0)
        except (ProcessLookupError, PermissionError):
            return False
        return self._sent < len(_ESCALATION)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)
        self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        # The group's id is the child's pid. It may be gone already, or have changed its user (sudo).
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


def _pump(process: subprocess.Popen[bytes], on_line: OnLine, ending: _Ending) -> None:
    """Pass on output until it ends; or until the command has exited and only a stray child holds it open."""
    assert process.stdout is not None
    output = process.stdout.fileno()
    splitter = LineSplitter()
    after_exit = 0
    with selectors.DefaultSelector() as selector, process.stdout:
        selector.register(output, selectors.EVENT_READ)
        while after_exit < _IN_PIPE:
            exited = process.poll() is not None
            if selector.select(0 if exited else _TICK):
                chunk = os.read(output, _CHUNK)
                if not chunk:
                    break
                after_exit += len(chunk) if exited else 0
                for line in splitter.feed(chunk):
                    on_line(line)
            elif exited:
                break
            ending.press()
    for line in splitter.rest():
        on_line(line)
