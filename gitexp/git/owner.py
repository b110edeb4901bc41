"""Who holds something on disk, and whether that process can still be at work.

A pid alone proves nothing: it means nothing on another host, after a reboot, or once it is used again. So an
owner is host + boot id + pid + the process's start time, and where none of these can be checked from
here (another host), the age of its heartbeat.
"""

from __future__ import annotations

import os
import socket
from dataclasses import astuple
from pathlib import Path
from urllib.parse import quote, unquote

from gitexp.dataclass import dataclass

SILENCE = 60.0  # seconds without a heartbeat after which a process on another host counts as lost


@dataclass(frozen=True, slots=True)
class Owner:
    """A process, told apart from every other on every machine that shares the repository."""

    host: str
    boot: str  # changes with every start of the machine
    pid: int
    started: str = ""  # the process's own start time, in whatever unit the system has

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}"

    @property
    def is_here(self) -> bool:
        """Whether it is a process of this host, which can be looked at."""
        return self.host == socket.gethostname()


def this_process() -> Owner:
    """The owner that we are."""
    pid = os.getpid()
    return Owner(socket.gethostname(), boot_id(), pid, _start_time(pid) or "")


def owner_lines(owner: Owner) -> str:
    """The owner as a small text file: a field a line."""
    return f"{owner.host}\n{owner.boot}\n{owner.pid}\n{owner.started}\n"


def read_owner(path: Path) -> Owner | None:
    """The owner in a file written with `owner_lines`; None when there is none, or it is damaged."""
    try:
        host, boot, pid, *rest = path.read_text().split("\n")
        return Owner(host, boot, int(pid), rest[0] if rest else "")
    except (FileNotFoundError, ValueError):
        return None


def owner_word(owner: Owner) -> str:
    """The owner as one word that fits into a file name; `parse_owner_word` reads it."""
    return ",".join(quote(str(field), safe="") for field in astuple(owner))


def parse_owner_word(word: str) -> Owner | None:
    """The owner that `owner_word` wrote; None when it is not one."""
    try:
        host, boot, pid, started = (unquote(field) for field in word.split(","))
        return Owner(host, boot, int(pid), started)
    except ValueError:
        return None


def is_gone(owner: Owner | None, silent: float) -> bool:
    """Whether the owner can't be at work any more. `silent`: seconds since its last heartbeat.

    Where the owner can't be told, its silence decides.
    """
    if owner is None or not owner.is_here:
        return silent > SILENCE
    if owner.boot != boot_id():
        return True
    return not is_running(owner)


def is_running(owner: Owner) -> bool:
    """Whether the process lives; only for an owner on this host since its last start."""
    if not pid_exists(owner.pid):
        return False
    started = _start_time(owner.pid)
    return started is None or not owner.started or started == owner.started


def pid_exists(pid: int) -> bool:
    """Whether this host has a process of that number now, whoever's it is."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def boot_id() -> str:
    """What tells this boot of the machine from another; empty where the system does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""  # no Linux: a reboot is noticed by the pids


def _start_time(pid: int) -> str | None:
    """Field 22 of /proc/PID/stat, in clock ticks since boot; None where there is no /proc, or no such pid."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # The command's name, in parentheses, may hold anything.
    rest = stat.rpartition(")")[2].split()
    # A zombie runs nothing any more: it is not the process that it was.
    return "zombie" if rest[0] == "Z" else rest[19]
