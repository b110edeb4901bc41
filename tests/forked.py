"""A Python program without its start: a process that has imported it is forked for each call.

Nine tenths of a short `exp` or `dvc` are imports. `Forks` starts the program's interpreter on this very file,
which imports what the program will need, runs none of it, and then forks whenever a test calls: each call is
a process of its own, in a session of its own, with the directory, environment, umask and pipes of the caller.
What a real start and end alone can show (the imports themselves, what the interpreter makes of PYTHON… and
LANG, its last words) is for `tests.programs.start`.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_HEEDED_AT_START = ("PYTHON", "LANG", "LC_", "LD_", "COVERAGE", "MALLOC")


def heeded_at_start(environ: Mapping[str, str]) -> dict[str, str]:
    """What only a start heeds of an environment."""
    return {name: value for name, value in environ.items() if name.startswith(_HEEDED_AT_START)}


@dataclass(frozen=True)
class Program:
    """A function that is a program.

    `preload` names modules, and with `.*` packages and all in them; what can't be imported is left out.
    `first_on_path` None is the directory of the caller, as for `python -m`.
    """

    python: str
    module: str
    function: str
    argv0: str
    first_on_path: str | None
    preload: tuple[str, ...]
    not_preloaded: tuple[str, ...] = ()


class Forks:
    """The process that is forked, for as long as this one lives."""

    def __init__(self, program: Program) -> None:
        self.environ = heeded_at_start(os.environ)
        self._program = program
        self._turn = threading.Lock()
        self._control, theirs = socket.socketpair()
        # A pipe, as calls have: Python asks once whether its streams can seek.
        self._said, said_end = os.pipe()
        with theirs:
            self._process = subprocess.Popen(
                [program.python, os.fspath(Path(__file__)), str(theirs.fileno()), json.dumps(vars(program))],
                stdin=subprocess.DEVNULL,
                stdout=said_end,
                stderr=said_end,
                # What a test has set is for its calls: modules may look when they are imported.
                env={**self.environ, **{name: os.environ[name] for name in ("PATH", "HOME")}},
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        os.close(said_end)

    def call(
        self, cwd: Path, words: Iterable[str], environ: Mapping[str, str], seconds: float
    ) -> tuple[int, str, str]:
        """Exit code (negative: the signal), stdout and stderr, read to their ends.

        As `subprocess.run`, kills what takes longer than `seconds`, and raises TimeoutExpired.
        """
        mask = os.umask(0o077)
        os.umask(mask)
        answer, theirs = socket.socketpair()
        out, out_end = os.pipe()
        err, err_end = os.pipe()
        with answer:
            with theirs, self._turn:
                socket.send_fds(self._control, [b"!"], [theirs.fileno(), out_end, err_end])
            os.close(out_end)
            os.close(err_end)
            request = {"cwd": os.fspath(cwd), "words": list(words), "environ": dict(environ), "umask": mask}
            answer.sendall(json.dumps(request).encode() + b"\n")
            lines = answer.makefile("r")
            told = lines.readline()
            assert told, os.read(self._said, 1 << 16).decode()  # it has ended
            pid, until = int(told), time.monotonic() + seconds
            try:
                texts = _read_both(out, err, until)
                answer.settimeout(max(0.1, until - time.monotonic()))
                return int(lines.readline()), *texts
            except TimeoutError:
                os.killpg(pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired([self._program.argv0, *request["words"]], seconds) from None
            finally:
                os.close(out)
                os.close(err)


def _read_both(out: int, err: int, until: float) -> tuple[str, str]:
    read: dict[int, list[bytes]] = {out: [], err: []}
    still = {out, err}
    while still:
        ready, _, _ = select.select(list(still), [], [], max(0.0, until - time.monotonic()))
        if not ready:
            raise TimeoutError
        for pipe in ready:
            part = os.read(pipe, 1 << 16)
            read[pipe].append(part)
            if not part:
                still.discard(pipe)
    # As subprocess does with text=True.
    first, second = (b"".join(read[pipe]).decode().replace("\r\n", "\n").replace("\r", "\n") for pipe in read)
    return first, second


def _preload(names: Iterable[str], but: tuple[str, ...]) -> None:
    for name in names:
        with contextlib.suppress(ImportError):
            package = importlib.import_module(name.removesuffix(".*"))
            if name.endswith(".*"):
                inside = (
                    found.name for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
                )
                _preload((found for found in inside if not found.startswith(but)), ())


def _become(control: socket.socket, program: dict[str, Any]) -> None:
    """Serve; returns in each forked process, which is then the program."""
    wake, waker = os.pipe()
    os.set_blocking(waker, False)
    os.set_blocking(wake, False)
    usual = signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waker)
    running: dict[int, socket.socket] = {}
    while True:
        ready, _, _ = select.select([control, wake], [], [])
        if wake in ready:
            os.read(wake, 1 << 10)
            for pid in list(running):
                found, status = os.waitpid(pid, os.WNOHANG)
                if found:
                    with running.pop(pid) as told, contextlib.suppress(OSError):
                        told.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
        if control not in ready:
            continue
        word, handles, _, _ = socket.recv_fds(control, 1, 3)
        if not word:
            os._exit(0)  # who called is gone
        for handle in handles:
            os.set_inheritable(handle, False)
        answer = socket.socket(fileno=handles[0])
        pid = os.fork()
        if pid:
            running[pid] = answer
            os.close(handles[1])
            os.close(handles[2])
            continue
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, usual)
        for closed in (wake, waker):
            os.close(closed)
        for other in (control, *running.values()):
            other.close()
        os.setsid()
        os.dup2(handles[1], 1)
        os.dup2(handles[2], 2)
        os.close(handles[1])
        os.close(handles[2])
        with answer, answer.makefile("r") as lines:
            answer.sendall(f"{os.getpid()}\n".encode())
            request = json.loads(lines.readline())
        os.umask(request["umask"])
        os.chdir(request["cwd"])
        os.environ.clear()
        os.environ.update(request["environ"])
        sys.path.insert(0, program["first_on_path"] or os.getcwd())
        sys.argv[:] = [program["argv0"], *request["words"]]
        return


def _serve(handle: int, program: dict[str, Any]) -> None:
    sys.path.pop(0)  # the folder of this file
    control = socket.socket(fileno=handle)
    control.set_inheritable(False)
    _preload(program["preload"], tuple(program["not_preloaded"]))
    gc.collect()
    gc.freeze()
    _become(control, program)
    try:
        code = getattr(importlib.import_module(program["module"]), program["function"])()
    except SystemExit as leaving:
        code = leaving.code
    _leave(code)


def _leave(code: Any) -> None:
    """`sys.exit` that doesn't take a thousand modules apart: that is most of what a short call costs."""
    if threading.active_count() > 1 or not (code is None or isinstance(code, int)):
        sys.exit(code)
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        sys.exit(code)  # which has its own words for it
    os._exit(code or 0)


if __name__ == "__main__":
    _serve(int(sys.argv[1]), json.loads(sys.argv[2]))
