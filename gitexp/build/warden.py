"""A process that outlives this one by a moment, to end the commands that it leaves behind when it is killed.

SIGKILL leaves nobody time to stop a stage: it would work on, unheard, beside the next run of the same entry.
So a worker tells a small shell of every process group that it starts and that ends; when the pipe between
them closes, whoever is left gets SIGTERM, and SIGKILL five seconds later. A command that has made itself a
session of its own escapes.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_SCRIPT = """\
trap '' HUP INT TERM
groups=
while read -r word group; do
    rest=
    for each in $groups; do [ "$each" = "$group" ] || rest="$rest $each"; done
    [ "$word" = + ] && rest="$rest $group"
    groups=$rest
done
[ -n "$groups" ] || exit 0
for each in $groups; do kill -s TERM -- "-$each" 2>/dev/null; done
sleep 5
for each in $groups; do kill -s KILL -- "-$each" 2>/dev/null; done
"""

_lock = threading.Lock()
_engaged = False
_shell: subprocess.Popen[bytes] | None = None


def engage() -> None:
    """From now on this process's commands end with it, however it ends. For workers: nobody types there."""
    global _engaged
    _engaged = True


@contextmanager
def guarded(group: int) -> Iterator[None]:
    """Within it the process group ends with us, if this process has engaged a warden."""
    if not _engaged:
        yield
        return
    _tell(f"+ {group}\n")
    try:
        yield
    finally:
        _tell(f"- {group}\n")


def _tell(line: str) -> None:
    global _shell
    with _lock:
        if _shell is None or _shell.poll() is not None:
            _shell = subprocess.Popen(
                ["/bin/sh", "-c", _SCRIPT],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                start_new_session=True,
            )
        with suppress(OSError):  # somebody has killed it: the command runs all the same
            assert _shell.stdin is not None
            _shell.stdin.write(line.encode())
            _shell.stdin.flush()
