"""The workspace as a tree: what `git add -A` would commit, with the user's index untouched byte for byte.

Git does the work on a private copy of the index, so that clean filters, LFS, line ends, ignore rules, sparse
checkouts and submodules are what they always are, and the copy's stat cache keeps it fast.
"""

from __future__ import annotations

import os
import socket
import stat
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.git.command import GitOutput, failed, run_git
from gitexp.git.repo import Repo

# A private index is read and written by us alone: whole, without a daemon, without the user's hooks.
# safecrlf would make `git add` fail over line ends that a round trip changes; that is for the user's own
# `git add` to say.
PRIVATE_INDEX = (
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.splitIndex=false"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.safecrlf=false"),
    *("-c", "advice.addEmbeddedRepo=false"),
)
_LEFTOVER_AGE = 24 * 3600  # seconds
_number = count()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`tree` is the workspace; `left_out` names the untracked files that are not in it (big ones, nested
    repositories), relative to the working tree."""

    tree: str
    left_out: tuple[str, ...] = ()


def take_snapshot(repo: Repo, max_size: int, only: Sequence[str] | None = None) -> Snapshot:
    """The workspace as a tree. Untracked files of more than `max_size` bytes are left out and named.

    With `only`, of the untracked files just these (or what is below these folders), ignored or not, of any
    size.
    Raises ExpError when the index holds a conflict that waits for the user, or when git can't read a file.
    """
    with private_index(repo) as index:
        env = {"GIT_INDEX_FILE": str(index)}
        listed = run_git(
            repo.work_tree, *PRIVATE_INDEX, "ls-files", "-z", "-t", "-u", "-o", "--exclude-standard", env=env
        )
        untracked = _untracked(listed)
        _add(repo, env, "-u")
        if only is None:
            taken, left_out = _sort_out(repo, untracked, max_size)
            _add_untracked(repo, env, taken)
        else:
            taken = [path for path in only if os.path.lexists(repo.work_tree / path)]
            left_out = [path for path in untracked if not _within(path, taken)]
            _add_untracked(repo, env, taken, "--force")
        tree = run_git(repo.work_tree, *PRIVATE_INDEX, "write-tree", "--missing-ok", env=env).text
    return Snapshot(tree, tuple(left_out))


def _within(path: str, chosen: Sequence[str]) -> bool:
    return any(path == one or path.startswith(f"{one}/") for one in chosen)


def old_indexes(repo: Repo) -> Iterator[Path]:
    """Private indexes that a killed process left behind."""
    for path in (repo.state_dir / "index").glob("*"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < time.time() - _LEFTOVER_AGE:
                yield path


def sweep_indexes(repo: Repo) -> None:
    """Remove them."""
    for path in old_indexes(repo):
        path.unlink(missing_ok=True)


@contextmanager
def private_index(repo: Repo) -> Iterator[Path]:
    """A copy of the user's index (or of HEAD, where there is none), removed at the end."""
    folder = repo.state_dir / "index"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{socket.gethostname()}-{os.getpid()}-{next(_number)}"
    try:
        if not copy_index(repo.git_dir / "index", path):
            run_git(repo.work_tree, *PRIVATE_INDEX, "read-tree", "HEAD", env={"GIT_INDEX_FILE": str(path)})
        yield path
    finally:
        path.unlink(missing_ok=True)
        path.with_name(path.name + ".lock").unlink(missing_ok=True)


def copy_index(source: Path, target: Path) -> bool:
    """Copy an index with its time stamp; whether there was one.

    The stamp matters: Git compares the content of files that changed in the same moment as the index was
    written. A copy that looks newer would make it trust their sizes and miss such a change.
    """
    try:
        with open(source, "rb") as file:
            data, status = file.read(), os.fstat(file.fileno())
    except FileNotFoundError:
        return False
    target.write_bytes(data)
    os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
    return True


def _untracked(listed: GitOutput) -> list[str]:
    """The untracked paths of `git ls-files -t -u -o`; its 'M' entries are unmerged."""
    conflicts = sorted({entry.partition("\t")[2] for entry in listed.paths if entry.startswith("M ")})
    if conflicts:
        names = "\n".join(f"  {name}" for name in conflicts)
        raise ExpError(f"the index holds unresolved conflicts:\n{names}", "resolve them, then `git add`.")
    return [entry.removeprefix("? ") for entry in listed.paths]


def _sort_out(repo: Repo, untracked: list[str], max_size: int) -> tuple[list[str], list[str]]:
    """Untracked paths to take, and those to leave out: what is too big, and repositories inside this one."""
    taken: list[str] = []
    left_out: list[str] = []
    for path in untracked:
        try:
            status = os.lstat(repo.work_tree / path)
        except FileNotFoundError:  # it went away since
            continue
        big = stat.S_ISREG(status.st_mode) and status.st_size > max_size
        (left_out if big or path.endswith("/") else taken).append(path)
    return taken, left_out


def _add_untracked(repo: Repo, env: dict[str, str], paths: list[str], *options: str) -> None:
    """Add paths; editors and running programs may remove some of them meanwhile, which is no error."""
    here = paths
    while here:
        try:
            stdin = b"".join(os.fsencode(path) + b"\0" for path in here)
            _add(repo, env, *options, "--pathspec-from-file=-", "--pathspec-file-nul", stdin=stdin)
            return
        except ExpError:
            left = [path for path in here if os.path.lexists(repo.work_tree / path)]
            if left == here:
                raise
            here = left


def _add(repo: Repo, env: dict[str, str], *options: str, stdin: bytes | None = None) -> None:
    literal = {**env, "GIT_LITERAL_PATHSPECS": "1"}
    done = run_git(repo.work_tree, *PRIVATE_INDEX, "add", *options, input=stdin, env=literal, check=False)
    if done.code != 0:
        error = failed(("add",), done)
        raise ExpError(f"the workspace can't be recorded: {error.message}", "fix it, or let Git ignore it.")
