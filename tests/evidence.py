"""What can be held against us: the bytes of a workspace, broken cache objects, leftovers."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from tests.programs import git

OURS = (".dvc/cache", ".dvc/tmp", ".git")  # where a run may write
USERS = ("index", "HEAD", "ORIG_HEAD", "config", "logs", "packed-refs", "refs", "info", "hooks")  # in .git
EXPERIMENTS = ("refs/exps", "refs/gitexp", "logs/refs/exps", "logs/refs/gitexp")


def workspace(root: Path) -> dict[str, tuple[int, bytes]]:
    """Path -> (mode, bytes) of what belongs to the user: files, and .git but for experiments."""
    found = {}
    for folder, folders, files in os.walk(root):
        inside = Path(folder).relative_to(root).as_posix()
        folders[:] = [name for name in folders if f"{inside}/{name}".removeprefix("./") not in OURS]
        for name in [*files, *folders]:
            path = Path(folder, name)
            found[path.relative_to(root).as_posix()] = (path.lstat().st_mode, _content(path))
    git_dir = root / ".git"
    if git_dir.is_dir():
        for name in USERS:
            found.update(_below(git_dir, name))
    return found


def _below(git_dir: Path, name: str) -> dict[str, tuple[int, bytes]]:
    top = git_dir / name
    paths = [top, *top.rglob("*")] if top.is_dir() else [top]
    files = {path.relative_to(git_dir).as_posix(): path for path in paths if path.is_file()}
    return {
        f".git/{inside}": (path.lstat().st_mode, _content(path))
        for inside, path in files.items()
        if not inside.startswith(EXPERIMENTS)
    }


def _content(path: Path) -> bytes:
    if path.is_symlink():
        return os.readlink(path).encode()
    return path.read_bytes() if path.is_file() else b""


def damaged_objects(cache: Path) -> list[str]:
    """Cache objects whose name is not the md5 of their bytes. Temporary files are no objects yet."""
    store = cache / "files" / "md5"
    return [
        path.relative_to(cache).as_posix()
        for path in store.rglob("[!.]*")
        if path.is_file() and hashlib.md5(path.read_bytes()).hexdigest() != _promised(path)
    ]


def _promised(path: Path) -> str:
    return f"{path.parent.name}{path.name}".removesuffix(".dir")


def refs(root: Path) -> list[str]:
    """Every ref but branches."""
    names = git(root, "for-each-ref", "--format=%(refname)").splitlines()
    return [name for name in names if not name.startswith("refs/heads/")]


def assert_whole(root: Path) -> None:
    """Git finds nothing broken, nor does the cache hold anything whose bytes are not what its name says."""
    assert git(root, "fsck", "--no-dangling", "--no-progress") == ""
    assert damaged_objects(root / ".dvc" / "cache") == []
