"""Bring one place of the worktree pool to a tree: reset what is there, or make it anew."""

from __future__ import annotations

import hashlib
import os
import socket
import time
from contextlib import suppress
from pathlib import Path

from gitexp.atomic import write_atomic
from gitexp.errors import ExpError
from gitexp.git.command import run_git
from gitexp.git.pool_clean import Tracked, read_tracked, remove_leftovers, remove_tree, write_tracked
from gitexp.git.pool_slot import Slot, alone
from gitexp.git.repo import Repo, is_reftable
from gitexp.git.snapshot import copy_index
from gitexp.git.submodules import fill, links_in_index, links_in_tree

# The user's hooks are for the user's checkouts; the index must be one plain file; two workers check out
# faster than one on a fast disk, and much faster on a slow one.
OURS = (
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
_LOCK_REASON = "gitexp: pooled worktree of experiment runs on {machine}"
_IDLE_AGE = 14 * 24 * 3600  # seconds after which a worktree that nobody used is given up


def prepare(repo: Repo, slot: Slot, baseline: str, tree: str) -> Path:
    """Make the slot's checkout hold `tree`, HEAD at `baseline`: the used one if it can be trusted, else a
    new one. Returns its Git folder. Raises ExpError when git can't check the tree out."""
    try:
        git_dir = _reset(repo, slot, tree)
        if git_dir is not None:
            return _check_out(repo, slot, git_dir, baseline, tree)
    except (OSError, ExpError):
        pass  # a worktree that can't be reset is given up; if the tree is at fault, that shows below
    destroy(repo, slot)
    return _check_out(repo, slot, _create(repo, slot, baseline), baseline, tree)


def _reset(repo: Repo, slot: Slot, tree: str) -> Path | None:
    """Bring a used checkout back to what Git wrote; None when there is none that can become `tree`."""
    git_dir = _admin_dir(repo, slot.checkout)
    if git_dir is None or not slot.index_file.is_file() or _read(slot.setup_file) != _setup(repo, git_dir):
        return None
    tracked = clean(slot)
    if tracked is None:
        return None
    modules = {path.rstrip("/") for path in tracked.files if path.endswith("/")}
    if modules and modules - {link.path for link in links_in_tree(repo, tree)}:
        return None  # Git leaves the folder of a submodule that goes away
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


def _create(repo: Repo, slot: Slot, baseline: str) -> Path:
    # Forced twice: Git may know the place, and have it locked, from a worktree that is gone.
    add = ("worktree", "add", "--quiet", "--force", "--force", "--detach", "--no-checkout", "--lock")
    # One at a time: git reads every other worktree's folder, and fails on one that is half made.
    # The pool may be this machine's own; the worktrees of all pools are in one folder.
    lock = repo.state_dir / "worktrees" / "add.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with alone(lock):
        run_git(repo.work_tree, *OURS, *add, str(slot.checkout), baseline, pass_fds=[slot.lock])
    git_dir = _admin_dir(repo, slot.checkout)
    if git_dir is None:
        raise ExpError(f"git made no worktree at {slot.checkout}.")
    (git_dir / "locked").write_text(_LOCK_REASON.format(machine=_machine()))
    slot.setup_file.write_bytes(_setup(repo, git_dir))
    return git_dir


def _check_out(repo: Repo, slot: Slot, git_dir: Path, baseline: str, tree: str) -> Path:
    _detach(repo, slot, git_dir, baseline)
    # git inherits the lock: should we be killed, nobody gets this place while git still writes to it.
    run_git(slot.checkout, *OURS, "read-tree", "--reset", "-u", tree, pass_fds=[slot.lock])
    if _read(slot.tree_file) == tree.encode():
        os.utime(slot.tracked_file)  # the list is as it was; its time stamp says when a checkout is complete
    else:
        slot.tree_file.unlink(missing_ok=True)
        if _list_tracked(repo, slot):
            slot.tree_file.write_text(tree)
    copy_index(git_dir / "index", slot.index_file)
    return git_dir


def _list_tracked(repo: Repo, slot: Slot) -> bool:
    """Remember what the checkout wrote; whether that is the same for every checkout of this tree."""
    paths = run_git(slot.checkout, "ls-files", "-z").paths
    modules = set()
    if ".gitmodules" in paths:
        links = links_in_index(slot.checkout)
        fill(repo.work_tree, slot.checkout, links)
        modules = {link.path for link in links}
    write_tracked(slot.tracked_file, [path + "/" if path in modules else path for path in paths])
    return ".gitmodules" not in paths


def _detach(repo: Repo, slot: Slot, git_dir: Path, baseline: str) -> None:
    if is_reftable(repo):  # HEAD is not in a file there
        run_git(slot.checkout, *OURS, "update-ref", "--no-deref", "HEAD", baseline)
    else:
        _write_if_other(git_dir / "HEAD", baseline.encode() + b"\n")


def destroy(repo: Repo, slot: Slot) -> None:
    """Remove the slot's checkout and Git's folder for it."""
    slot.index_file.unlink(missing_ok=True)
    slot.tree_file.unlink(missing_ok=True)
    git_dir = _admin_dir(repo, slot.checkout)
    remove_tree(slot.checkout)
    if git_dir is not None:
        remove_tree(git_dir)


def forget_vanished(repo: Repo) -> None:
    """Remove Git's folders for pooled worktrees that lay on a disk of this machine and are gone.

    Those of other machines are left alone: from here their disks can't be seen.
    """
    reason = _LOCK_REASON.format(machine=_machine()).encode()
    for git_dir in (repo.common_dir / "worktrees").glob("*"):
        pointer = _read(git_dir / "gitdir")
        if not pointer or _read(git_dir / "locked") != reason:
            continue
        if not os.path.lexists(os.path.dirname(os.fsdecode(pointer.strip()))):
            remove_tree(git_dir)


def _machine() -> str:
    """Nodes of a cluster by the cluster's name for them: several may be one host."""
    return os.environ.get("SLURMD_NODENAME") or socket.gethostname()


def _setup(repo: Repo, git_dir: Path) -> bytes:
    """A digest of what shapes a checkout beside its tree: the user's files for it and the worktree's."""
    digest = hashlib.sha1(usedforsecurity=False)
    for folder in (repo.git_dir, git_dir):
        for name in ("config.worktree", "info/sparse-checkout"):
            digest.update(b"%s\0" % (_read(folder / name) or b""))
    return digest.hexdigest().encode()


def clean(slot: Slot) -> Tracked | None:
    """Delete what a run left, and return what is tracked; None when that is not known."""
    tracked = read_tracked(slot.tracked_file)
    if tracked is None or not slot.checkout.is_dir():
        return None
    # The slot's own folder was made like Git's folders, under the same umask, and no stage touches it.
    remove_leftovers(slot.checkout, tracked, slot.state.stat().st_mode & 0o777)
    return tracked


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


def size_of(slot: Slot, all_of_it: bool) -> int:
    """The bytes on disk of a checkout that nothing else has: all, or those that are not tracked."""
    tracked = None if all_of_it else read_tracked(slot.tracked_file)
    files = tracked.files if tracked is not None else frozenset()
    total = 0
    for folder, _, names in os.walk(slot.checkout):
        for name in names:
            path = os.path.join(folder, name)
            with suppress(FileNotFoundError):
                found = os.lstat(path)
                if found.st_nlink == 1 and os.path.relpath(path, slot.checkout) not in files:
                    total += found.st_size
    return total


def is_idle(slot: Slot) -> bool:
    """Whether nobody has used the slot for weeks."""
    try:
        return slot.tracked_file.stat().st_mtime < time.time() - _IDLE_AGE
    except FileNotFoundError:
        return False


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
