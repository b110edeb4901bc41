"""One `sftp` process, spoken to through its batch language.

It is OpenSSH's own client, so host aliases, jump hosts, agents, keys and known hosts are the user's. Every
command is sent with a leading '-', which makes it go on after a failure; after the last comes `!echo` of a
mark, and what is printed before the mark is the answer. stderr goes the same way, so failures stand in order.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from typing import IO, cast

from gitexp.cache.remotes.store import Kind, RemoteTrouble

_PROMPT = "sftp> "
_LAST_WORDS = 5  # lines of a session that ended, for the error

_FATAL = (
    "Permission denied (",
    "Host key verification failed",
    "Bad configuration option",
    "no such identity",
)


class SftpSession:
    """A connection to `url`, made by the first question. Not to be shared between threads."""

    def __init__(self, url: str, command: Sequence[str]) -> None:
        self._url = url
        self._command = command
        self._process: subprocess.Popen[str] | None = None

    def ask(self, commands: Sequence[str]) -> list[str]:
        """Run commands one after the other; all that was printed, without the commands' own echo.

        Raises RemoteTrouble when the connection can't be made, or ends.
        """
        mark = f"mark-{os.urandom(8).hex()}"
        process = self._process or self._start()
        lines: list[str] = []
        try:
            stdin = cast("IO[str]", process.stdin)
            stdin.write("".join(f"-{command}\n" for command in commands) + f"!echo {mark}\n")
            stdin.flush()
            for line in cast("IO[str]", process.stdout):
                text = line.rstrip("\n")
                if text == mark:
                    return lines
                if not text.startswith(_PROMPT):
                    lines.append(text)
        except BrokenPipeError:
            lines += cast("IO[str]", process.stdout).read().splitlines()
        self.close()
        raise self._ended(lines)

    def close(self) -> None:
        """End the connection; a later question makes another."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            cast("IO[str]", process.stdin).close()
            cast("IO[str]", process.stdout).close()

    def _start(self) -> subprocess.Popen[str]:
        try:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="surrogateescape",
                env={**os.environ, "LC_ALL": "C"},
                start_new_session=True,  # Ctrl-C is ours to handle
            )
        except FileNotFoundError:
            raise RemoteTrouble(
                Kind.FATAL, "there is no `sftp` program here.", "install OpenSSH's client (openssh-client)."
            ) from None
        return self._process

    def _ended(self, lines: Sequence[str]) -> RemoteTrouble:
        told = [line for line in lines if line.strip()][-_LAST_WORDS:]
        fatal = any(word in line for word in _FATAL for line in told)
        return RemoteTrouble(
            Kind.FATAL if fatal else Kind.PASSING,
            f"{self._url}: {'; '.join(told) or 'the connection was closed'}",
            "see whether `sftp` reaches the host by itself: nothing may ask for a password."
            if fatal
            else None,
        )


def quoted(path: str) -> str:
    """A path as an argument: within double quotes sftp takes no character for a pattern."""
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'
