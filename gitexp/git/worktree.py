"""A pool of linked worktrees: each run gets one for itself, a real Git checkout of its snapshot.

Making a worktree of 5,000 files takes a second or more, resetting a used one a tenth of that. So a worktree
that is handed back stays, and the next run gets it after everything that was touched in it is gone (see
pool_clean). They are locked against `git worktree prune`, and what their index and HEAD name is safe from
`git gc`. Any number of processes may use the pool at once (see pool_slot).
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from gitexp.atomic import write_atomic
from gitexp.errors import ExpError
from gitexp.git import pool_slot
from gitexp.git.command import run_git
from gitexp.git.pool_clean import read_tracked, remove_leftovers, remove_tree, write_tracked
from gitexp.git.pool_slot import Slot
from gitexp.git.repo import Repo, is_reftable
from gitexp.git.snapshot import copy_index, sweep_indexes
from gitexp.git.submodules import fill, find_links

# The user's hooks are for the user's checkouts; the index must be one plain file; two workers check out
# faster than one on a fast disk, and much faster on a slow one.
_OURS = (
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.splitIndex=false"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.untrackedCache=false"),
    *("-c", "core.safecrlf=false"),
    *("-c", "submodule.recurse=false"),
    *("-c", "advice.addEmbeddedRepo=false"),
    *("-c", "checkout.workers=0"),
)
_ADMIN_FILES = {"HEAD", "commondir", "gitdir", "index", "locked", "info", "config.worktree", "reftable"}
_LOCK_REASON = b"gitexp: pooled worktree of experiment runs"
_IDLE_AGE = 14 * 24 * 3600  # seconds after which a worktree that nobody used is given up


@dataclass(frozen=True, slots=True)
class Worktree:
    """A checkout that is ours alone until it is released.

    `lock` is a descriptor for `pass_fds`: commands that inherit it keep the worktree from being given to
    another run should this process be killed while they go on.
    """

    path: Path
    id: str
    baseline: str
    git_dir: Path
    lock: int


class WorktreePool:
    """The worktrees of one repository. Threads may share a pool."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self._folder = repo.state_dir / "worktrees"
        self._held: dict[str, Slot] = {}
        self._mutex = threading.Lock()
        self._idle = threading.Event()

    def acquire(self, baseline: str, tree: str) -> Worktree:
        """A worktree with HEAD detached at `baseline`, index and files equal to `tree`, and nothing else.

        Raises ExpError when git can't check the tree out.
        """
        slot = self._claim()
        try:
            pool_slot.sign(slot)
            git_dir = self._prepared(slot, baseline, tree)
        except BaseException:
            slot.owner_file.unlink(missing_ok=True)
            pool_slot.free(slot)
            raise
        self._hold(slot)
        return Worktree(slot.checkout, slot.id, baseline, git_dir, slot.lock)

    def release(self, worktree: Worktree) -> None:
        """Hand a worktree back. What the run left in it is deleted now, to give its disk space back."""
        with self._mutex:
            slot = self._held.pop(worktree.id)
            if not self._held:
                self._idle.set()
        try:
            _clean(slot)
            slot.owner_file.unlink(missing_ok=True)
        finally:
            pool_slot.free(slot)

    def sweep(self) -> int:
        """Clean what killed processes left, give up worktrees long unused; how many were left behind."""
        sweep_indexes(self._repo)
        left_behind = 0
        for number in pool_slot.numbers(self._folder):
            slot = pool_slot.claim(self._folder, number)
            if slot is None:
                continue
            try:
                left_behind += pool_slot.owner_of(slot) is not None
                if _is_stale(slot):
                    self._destroy(slot)
                elif pool_slot.owner_of(slot) is not None:
                    _clean(slot)
                slot.owner_file.unlink(missing_ok=True)
            finally:
                pool_slot.free(slot)
        return left_behind

    def _claim(self) -> Slot:
        for number in count(1):
            slot = pool_slot.claim(self._folder, number)
            if slot is not None:
                return slot
        raise AssertionError  # count() does not end

    def _hold(self, slot: Slot) -> None:
        with self._mutex:
            self._held[slot.id] = slot
            if len(self._held) == 1:
                self._idle = threading.Event()
                threading.Thread(target=self._beat, args=(self._idle,), daemon=True).start()

    def _beat(self, idle: threading.Event) -> None:
        while not idle.wait(pool_slot.HEARTBEAT):
            with self._mutex:
                for slot in self._held.values():
                    pool_slot.beat(slot)

    def _prepared(self, slot: Slot, baseline: str, tree: str) -> Path:
        """Make the slot's checkout hold `tree`: the used one if it can be trusted, else a new one."""
        try:
            git_dir = self._reset(slot)
            if git_dir is not None:
                return self._check_out(slot, git_dir, baseline, tree)
        except (OSError, ExpError):
            pass  # a worktree that can't be reset is given up; if the tree is at fault, that shows below
        self._destroy(slot)
        return self._check_out(slot, self._create(slot, baseline), baseline, tree)

    def _reset(self, slot: Slot) -> Path | None:
        """Bring a used checkout back to what Git wrote; None when there is none that can be trusted."""
        git_dir = _admin_dir(self._repo, slot.checkout)
        if git_dir is None or not slot.index_file.is_file() or _read(slot.setup_file) != self._setup(git_dir):
            return None
        if not _clean(slot):
            return None
        for entry in os.scandir(git_dir):
            if entry.name in _ADMIN_FILES:
                continue
            if entry.is_dir(follow_symlinks=False):
                remove_tree(Path(entry.path))
            else:
                os.unlink(entry.path)
        # Moved, not copied: should we die before the checkout below is complete, it is not trusted again.
        os.replace(slot.index_file, git_dir / "index")
        return git_dir

    def _create(self, slot: Slot, baseline: str) -> Path:
        # Forced twice: Git may know the place, and have it locked, from a worktree that is gone.
        add = ("worktree", "add", "--force", "--force", "--detach", "--no-checkout", "--lock")
        run_git(self._repo.work_tree, *_OURS, *add, str(slot.checkout), baseline)
        git_dir = _admin_dir(self._repo, slot.checkout)
        if git_dir is None:
            raise ExpError(f"git made no worktree at {slot.checkout}.")
        (git_dir / "locked").write_bytes(_LOCK_REASON)
        slot.setup_file.write_bytes(self._setup(git_dir))
        return git_dir

    def _check_out(self, slot: Slot, git_dir: Path, baseline: str, tree: str) -> Path:
        self._detach(slot, git_dir, baseline)
        run_git(slot.checkout, *_OURS, "read-tree", "--reset", "-u", tree)
        paths = run_git(slot.checkout, "ls-files", "-z").paths
        if ".gitmodules" in paths:
            links = find_links(slot.checkout)
            fill(self._repo.work_tree, slot.checkout, links)
            modules = {link.path for link in links}
            paths = [path + "/" if path in modules else path for path in paths]
        copy_index(git_dir / "index", slot.index_file)
        write_tracked(slot.tracked_file, paths)
        return git_dir

    def _detach(self, slot: Slot, git_dir: Path, baseline: str) -> None:
        if is_reftable(self._repo):  # HEAD is not in a file there
            run_git(slot.checkout, *_OURS, "update-ref", "--no-deref", "HEAD", baseline)
        else:
            write_atomic(git_dir / "HEAD", baseline.encode() + b"\n")

    def _destroy(self, slot: Slot) -> None:
        slot.index_file.unlink(missing_ok=True)
        git_dir = _admin_dir(self._repo, slot.checkout)
        remove_tree(slot.checkout)
        if git_dir is not None:
            remove_tree(git_dir)

    def _setup(self, git_dir: Path) -> bytes:
        """A digest of what shapes a checkout beside its tree: the user's files for it and the worktree's."""
        digest = hashlib.sha1(usedforsecurity=False)
        for folder in (self._repo.git_dir, git_dir):
            for name in ("config.worktree", "info/sparse-checkout"):
                digest.update(b"%s\0" % (_read(folder / name) or b""))
        return digest.hexdigest().encode()


def write_tree(worktree: Worktree, include: Sequence[str] = ()) -> str:
    """The tree a commit of this worktree would have: tracked files as they are now, and those of `include`
    (relative to the worktree's root) that exist, ignored or not."""
    env = {**_place(worktree), "GIT_LITERAL_PATHSPECS": "1"}
    # The run is over, so this can only be the lock of a git command that was killed with its stage.
    (worktree.git_dir / "index.lock").unlink(missing_ok=True)
    run_git(worktree.path, *_OURS, "add", "-u", env=env)
    found = [path for path in include if os.path.lexists(worktree.path / path)]
    if found:
        stdin = b"".join(os.fsencode(path) + b"\0" for path in found)
        add = ("add", "--force", "--pathspec-from-file=-", "--pathspec-file-nul")
        run_git(worktree.path, *_OURS, *add, input=stdin, env=env)
    return run_git(worktree.path, *_OURS, "write-tree", env=env).text


def untracked(worktree: Worktree) -> list[str]:
    """The files in the worktree that are neither tracked nor ignored: no commit would have them."""
    listed = run_git(worktree.path, "ls-files", "-z", "-o", "--exclude-standard", env=_place(worktree))
    return listed.paths


def _place(worktree: Worktree) -> dict[str, str]:
    """Names the worktree to git outright: a stage may have damaged its .git file."""
    return {"GIT_DIR": str(worktree.git_dir), "GIT_WORK_TREE": str(worktree.path)}


def _clean(slot: Slot) -> bool:
    """Delete what a run left; whether it is known what that is."""
    tracked = read_tracked(slot.tracked_file)
    if tracked is None or not slot.checkout.is_dir():
        return False
    # The slot's own folder was made like Git's folders, under the same umask, and no stage touches it.
    remove_leftovers(slot.checkout, tracked, slot.state.stat().st_mode & 0o777)
    return True


def _admin_dir(repo: Repo, checkout: Path) -> Path | None:
    """Git's folder for a linked worktree, each made to point at the other; None when there is none.

    A stage may have damaged the worktree's .git file, and a repository that was moved or copied still names
    the old place: there another repository's worktree may be.
    """
    for git_dir in (repo.common_dir / "worktrees").glob(f"{checkout.name}*"):
        pointer = _read(git_dir / "gitdir") or b""
        if Path(os.fsdecode(pointer.strip())).parts[-4:] == (*checkout.parts[-3:], ".git"):
            break
    else:
        return None
    if not (git_dir / "HEAD").is_file() or not checkout.is_dir():
        return None
    _write_if_other(git_dir / "gitdir", os.fsencode(checkout / ".git") + b"\n")
    _write_if_other(checkout / ".git", b"gitdir: " + os.fsencode(git_dir) + b"\n")
    return git_dir


def _write_if_other(path: Path, data: bytes) -> None:
    if _read(path) != data:
        if path.is_dir() and not path.is_symlink():
            remove_tree(path)
        write_atomic(path, data)


def _is_stale(slot: Slot) -> bool:
    try:
        return slot.tracked_file.stat().st_mtime < time.time() - _IDLE_AGE
    except FileNotFoundError:
        return False


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
