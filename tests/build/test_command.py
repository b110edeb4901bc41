"""Commands run for real through /bin/sh: output, exit codes, stopping."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from gitexp.build.command import ShellRunner
from gitexp.build.stop import Stop, stop_on_signals
from gitexp.errors import ExpError


def run(command: str, cwd: Path, shell: str = "/bin/sh") -> tuple[int, list[str]]:
    lines: list[str] = []
    code = ShellRunner().run(command, cwd, {**os.environ, "SHELL": shell}, lines.append, Stop())
    return code, lines


def test_stdout_and_stderr_arrive_as_one_stream_in_order(work: Path) -> None:
    assert run("echo a; echo b >&2; echo c", work) == (0, ["a", "b", "c"])


def test_an_exit_code_and_a_signal_are_told_apart(work: Path) -> None:
    assert run("exit 9", work)[0] == 9
    assert run("kill -KILL $$", work)[0] == -signal.SIGKILL


def test_the_last_line_needs_no_newline_and_bytes_need_not_be_utf8(work: Path) -> None:
    assert run(r"printf 'a\nb\377c'", work) == (0, ["a", "b�c"])


def test_stdin_is_closed(work: Path) -> None:
    assert run("cat; echo $?", work) == (0, ["0"])


def test_a_command_may_close_its_output_and_work_on(work: Path) -> None:
    code, lines = run("exec >&- 2>&-; sleep 0.15; : > late; exit 4", work)
    assert (code, lines) == (4, [])
    assert (work / "late").exists()


def test_a_child_left_in_the_background_does_not_hold_up_the_build(work: Path) -> None:
    began = time.monotonic()
    assert run("sleep 5 & echo done", work) == (0, ["done"])
    assert time.monotonic() - began < 4


def test_a_background_child_that_never_stops_writing_does_not_hold_up_the_build(work: Path) -> None:
    code, lines = run("(trap '' PIPE; timeout 3 yes) & echo done", work)
    assert code == 0
    assert "done" in lines


def test_a_megabyte_without_a_newline_arrives_in_pieces(work: Path) -> None:
    _code, lines = run("head -c 1000000 /dev/zero | tr '\\0' x", work)
    assert len(lines) > 1
    assert sum(map(len, lines)) == 1_000_000


def test_a_missing_directory_or_shell_is_an_error_that_names_it(work: Path) -> None:
    with pytest.raises(ExpError, match="nowhere does not exist"):
        run("true", work / "nowhere")
    with pytest.raises(ExpError, match="no-such-shell"):
        run("true", work, shell="/no-such-shell")


def stopped(command: str, work: Path, asks: int = 1, grace: float = 30.0) -> int:
    """The exit code of a command that is asked to stop once it said 'up'."""
    stop = Stop()

    def on_line(line: str) -> None:
        for _ in range(asks):
            stop.ask()

    return ShellRunner(grace).run(command, work, dict(os.environ), on_line, stop)


def test_stopping_sends_sigint_to_the_whole_group(work: Path) -> None:
    assert stopped("trap 'exit 3' INT; echo up; while :; do sleep 0.02; done", work) == 3
    assert stopped("sh -c 'echo up; exec sleep 30'; exit 5", work) in (5, -signal.SIGINT)


def test_asking_again_is_more_urgent(work: Path) -> None:
    assert stopped("trap '' INT; echo up; sleep 30", work, asks=2) == -signal.SIGTERM


def test_what_ignores_every_request_is_killed_after_the_grace(work: Path) -> None:
    assert stopped("trap '' INT TERM; echo up; sleep 30", work, grace=0.05) == -signal.SIGKILL


def test_a_stop_also_reaches_a_command_that_closed_its_output(work: Path) -> None:
    stop = Stop()
    threading.Timer(0.2, stop.ask).start()
    code = ShellRunner().run("exec >&- 2>&-; exec sleep 30", work, dict(os.environ), print, stop)
    assert code == -signal.SIGINT


def test_signals_ask_to_stop_and_are_given_back(work: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with stop_on_signals() as stop:
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.level == 2
    assert signal.getsignal(signal.SIGTERM) is before


def test_what_we_were_started_to_ignore_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stop_on_signals() as stop:
            os.kill(os.getpid(), signal.SIGHUP)
        assert not stop.asked
    finally:
        signal.signal(signal.SIGHUP, before)
