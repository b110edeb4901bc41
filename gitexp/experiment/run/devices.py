"""Devices (GPUs) for stage commands: each has its own while it runs, whoever on this host started it.

    .git/gitexp/slots/<host>-device-<id>     flocked while a command has the device
                      <host>-device.turn     flocked by who collects devices, one at a time

The kernel drops a lock when its holders die. A command inherits the locks of its devices: should `exp` be
killed while the command lives, its devices stay taken. Who needs several collects them while holding the
turn, so that those who need one don't pass it for ever; who has collected waits for nobody: no deadlock.
"""

from __future__ import annotations

import fcntl
import os
import re
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from gitexp.build.command import OnLine, ShellRunner
from gitexp.build.needs import needs_of
from gitexp.build.stop import Stop
from gitexp.dataclass import dataclass
from gitexp.errors import Exit, ExpError
from gitexp.pipeline.select import address_from
from gitexp.pipeline.stage import Stage

_TICK = 0.1  # seconds between looks at devices that are taken
VARIABLES = ("CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES")

Held = Mapping[str, int]  # device -> the descriptor that holds its lock
Tell = Callable[[tuple[str, ...], bool], None]  # devices, whether they are taken (or given back)


def parse_devices(text: str) -> tuple[str, ...]:
    """'0,1,2' as devices. Raises ExpError when one is named twice or has no name."""
    names = tuple(word.strip() for word in text.split(",")) if text.strip() else ()
    if len(set(names)) != len(names) or not all(re.fullmatch(r"[\w.:/-]+", name) for name in names):
        raise ExpError(f"'{text}' is no list of devices.", "write their numbers: `--gpus 0,1`.", Exit.USAGE)
    return names


@dataclass(frozen=True, slots=True)
class Devices:
    """The devices that commands share; `folder` holds the locks."""

    folder: Path
    names: tuple[str, ...]

    @contextmanager
    def taken(self, count: int, stop: Stop) -> Iterator[Held | None]:
        """Hold `count` devices inside the `with`, waiting for them; None if `stop` is asked meanwhile.

        Raises ExpError when there are not so many.
        """
        if count > len(self.names):
            raise ExpError(
                f"it needs {count} devices, and there are {len(self.names)}: {', '.join(self.names)}.",
                "correct `meta: {gitexp: {gpus: …}}`, or give more with `--gpus`.",
            )
        held: dict[str, int] = {}
        try:
            yield held if self._collect(count, held, stop) else None
        finally:
            for lock in held.values():
                _unlock(lock)

    def _collect(self, count: int, held: dict[str, int], stop: Stop) -> bool:
        turn: int | None = None
        try:
            while len(held) < count:
                turn = turn if turn is not None else self._try("device.turn")
                if turn is not None:
                    self._grab(count, held)
                if len(held) < count:
                    if stop.asked:
                        return False
                    time.sleep(_TICK)
            return True
        finally:
            if turn is not None:
                _unlock(turn)

    def _grab(self, count: int, held: dict[str, int]) -> None:
        for name in self.names:
            if len(held) < count and name not in held:
                lock = self._try(f"device-{name.replace('/', '_')}")
                if lock is not None:
                    held[name] = lock

    def _try(self, name: str) -> int | None:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{socket.gethostname()}-{name}"
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return None
        return lock


@dataclass(frozen=True, slots=True)
class DeviceRunner:
    """A CommandRunner that gives each command as many devices as its stage needs.

    `needs` has DVC_STAGE's values as keys; what is not in it needs one device. `tell` hears what is in use.
    """

    devices: Devices
    needs: Mapping[str, int]
    keep_open: tuple[int, ...]
    tell: Tell

    def run(
        self, command: str, cwd: Path, env: Mapping[str, str], on_line: OnLine, stop: Stop, slots: int = 1
    ) -> int:
        need = self.needs.get(env.get("DVC_STAGE", ""), 1)
        with self.devices.taken(need, stop) as held:
            if held is None:
                return -2  # as if it had been interrupted as soon as it began
            names = tuple(name for name in self.devices.names if name in held)
            seen = {**env, **dict.fromkeys(VARIABLES, ",".join(names))}
            self.tell(names, True)
            try:
                runner = ShellRunner(keep_open=(*self.keep_open, *held.values()))
                return runner.run(command, cwd, seen, on_line, stop, slots)
            finally:
                self.tell(names, False)


def devices_needed(stages: Iterable[Stage], folder: str) -> dict[str, int]:
    """DVC_STAGE's value, seen from `folder` -> how many devices each command of the stage has."""
    return {address_from(stage, folder): needs_of(stage).gpus for stage in stages}


def _unlock(lock: int) -> None:
    """Let go, also for children that inherited the descriptor: a daemon that a stage left has no claim."""
    fcntl.flock(lock, fcntl.LOCK_UN)
    os.close(lock)
