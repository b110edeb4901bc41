"""A pool of linked worktrees: each run gets one for itself, a real Git checkout of its snapshot.

Making a worktree of 5,000 files takes a second or more, resetting a used one a tenth of that. So a worktree
that is handed back stays, and the next run gets it after everything that was touched in it is gone (see
pool_clean). They are locked against `git worktree prune`, and what their index and HEAD name is safe from
`git gc`. Any number of processes may use the pool at once (see pool_slot).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path

from gitexp.dataclass import dataclass
from gitexp.git import pool_slot
from gitexp.git.command import run_git
from gitexp.git.pool_checkout import OURS, clean, destroy, forget_vanished, is_idle, prepare, size_of
from gitexp.git.pool_clean import remove_tree
from gitexp.git.pool_slot import Slot
from gitexp.git.repo import Repo
from gitexp.git.snapshot import sweep_indexes


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
    complete: int  # when Git had written all of it, in ns since the epoch, by the file system's clock


class WorktreePool:
    """The worktrees of one repository. Threads may share a pool."""

    def __init__(self, repo: Repo, folder: Path | None = None) -> None:
        """`folder`: where the worktrees lie, if not in Git's own folder: a disk of this machine."""
        self._repo = repo
        self._folder = folder or repo.state_dir / "worktrees"
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
            git_dir = prepare(self._repo, slot, baseline, tree)
        except BaseException:
            slot.owner_file.unlink(missing_ok=True)
            pool_slot.free(slot)
            raise
        self._hold(slot)
        complete = slot.tracked_file.stat().st_mtime_ns
        return Worktree(slot.checkout, slot.id, baseline, git_dir, slot.lock, complete)

    def release(self, worktree: Worktree) -> None:
        """Hand a worktree back. What the run left in it is deleted now, to give its disk space back."""
        with self._mutex:
            slot = self._held.pop(worktree.id)
            if not self._held:
                self._idle.set()
        try:
            with suppress(
                OSError
            ):  # what can't be deleted is found again, and dealt with, by the next acquire
                clean(slot)
            slot.owner_file.unlink(missing_ok=True)
        finally:
            pool_slot.free(slot)

    def left_behind(self) -> list[tuple[Path, int]]:
        """What `sweep` would clean or give up: checkouts, with the bytes that would be deleted in them."""
        found = []
        for number in pool_slot.numbers(self._folder):
            slot = pool_slot.claim(self._folder, number)
            if slot is None:
                continue
            try:
                if is_idle(slot):
                    found.append((slot.checkout, size_of(slot, all_of_it=True)))
                elif pool_slot.owner_of(slot) is not None:
                    found.append((slot.checkout, size_of(slot, all_of_it=False)))
            finally:
                pool_slot.free(slot)
        return found

    def dismantle(self) -> None:
        """Give up every worktree of the pool that nobody uses: its folder is about to go."""
        for number in pool_slot.numbers(self._folder):
            slot = pool_slot.claim(self._folder, number)
            if slot is not None:
                try:
                    destroy(self._repo, slot)
                    remove_tree(slot.state)
                finally:
                    pool_slot.free(slot)

    def sweep(self) -> int:
        """Clean what killed processes left, give up worktrees long unused; how many were left behind."""
        sweep_indexes(self._repo)
        forget_vanished(self._repo)
        left_behind = 0
        for number in pool_slot.numbers(self._folder):
            slot = pool_slot.claim(self._folder, number)
            if slot is None:
                continue
            try:
                left_behind += pool_slot.owner_of(slot) is not None
                if is_idle(slot):
                    destroy(self._repo, slot)
                elif pool_slot.owner_of(slot) is not None:
                    with suppress(OSError):
                        clean(slot)
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


def write_tree(worktree: Worktree, include: Sequence[str] = ()) -> str:
    """The tree a commit of this worktree would have: tracked files as they are now, and those of `include`
    (relative to the worktree's root) that exist, ignored or not."""
    env = {**_place(worktree), "GIT_LITERAL_PATHSPECS": "1"}
    # The run is over, so this can only be the lock of a git command that was killed with its stage.
    (worktree.git_dir / "index.lock").unlink(missing_ok=True)
    _date_back(worktree)
    run_git(worktree.path, *OURS, "add", "-u", env=env)
    found = [path for path in include if os.path.lexists(worktree.path / path)]
    if found:
        stdin = b"".join(os.fsencode(path) + b"\0" for path in found)
        add = ("add", "--force", "--pathspec-from-file=-", "--pathspec-file-nul")
        run_git(worktree.path, *OURS, *add, input=stdin, env=env)
    return run_git(worktree.path, *OURS, "write-tree", env=env).text


def _date_back(worktree: Worktree) -> None:
    """Give the index the time stamp of the second in which the checkout was complete.

    Git compares the content of files that are no older than the index, and trusts the recorded size and time
    of the others, to the second. What was changed in the second of the checkout, to the same size, it would
    miss if a program that does not know of this had written the index again: DVCLive's `git add` is one.
    """
    moment = worktree.complete // 10**9 * 10**9
    with suppress(FileNotFoundError):
        os.utime(worktree.git_dir / "index", ns=(moment, moment))


def untracked(worktree: Worktree) -> list[str]:
    """The files in the worktree that are neither tracked nor ignored: no commit would have them."""
    listed = run_git(worktree.path, "ls-files", "-z", "-o", "--exclude-standard", env=_place(worktree))
    return listed.paths


def _place(worktree: Worktree) -> dict[str, str]:
    """Names the worktree to git outright: a stage may have damaged its .git file."""
    return {"GIT_DIR": str(worktree.git_dir), "GIT_WORK_TREE": str(worktree.path)}
