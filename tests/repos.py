"""Git repositories for tests, built in-process: a commit costs 3 ms here, 20 ms with git processes."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pygit2

AUTHOR = ("Ann Example", "ann@example.com")
FIRST_COMMIT = 1_700_000_000  # seconds since the epoch; every commit is a minute after its parent
FIXTURES = Path(__file__).parent.parent / "fixtures"
DVC_GITIGNORE = "/config.local\n/tmp\n/cache\n"

Files = Mapping[str, "str | bytes"]


def make_repo(path: Path, files: Files | None = None) -> Path:
    """A new repository on branch `main` at `path`, with `files` written and committed; none, then unborn."""
    path.mkdir(parents=True, exist_ok=True)
    pygit2.init_repository(str(path), initial_head="main")
    if files:
        write_files(path, files)
        commit_all(path, "first")
    return path


def make_project(path: Path, files: Files | None = None) -> Path:
    """`make_repo` with what `dvc init` lays down: .dvc/config (empty), .dvc/.gitignore, .dvcignore."""
    project = {".dvc/config": "", ".dvc/.gitignore": DVC_GITIGNORE, ".dvcignore": ""}
    return make_repo(path, {**project, **(files or {})})


def write_files(path: Path, files: Files) -> None:
    """Write `files` (relative path -> text or bytes) under `path`."""
    for name, content in files.items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)


def commit_all(path: Path, message: str = "more") -> str:
    """Commit everything that is not ignored, deletions too, on the current branch; return the commit's id."""
    repo = pygit2.Repository(str(path))
    repo.index.add_all()
    repo.index.write()
    tree = repo.index.write_tree()
    parents = [] if repo.head_is_unborn else [repo.head.target]
    moment = repo[parents[0]].commit_time + 60 if parents else FIRST_COMMIT
    signature = pygit2.Signature(*AUTHOR, moment, 0)
    return str(repo.create_commit("HEAD", signature, signature, message, tree, parents))


def fixture_repo(name: str, path: Path) -> Path:
    """`fixtures/<name>` as a committed DVC project at `path`."""
    source = FIXTURES / name
    files = {
        file.relative_to(source).as_posix(): file.read_bytes() for file in source.rglob("*") if file.is_file()
    }
    return make_project(path, files)


def copy_of(first: Path, make: Callable[[Path], None], target: Path) -> Path:
    """What `make` lays down, at `target`: made at `first` by the first that asks, then copied."""
    if not first.exists():
        making = first.with_name(first.name + ".making")
        make(making)
        # Worktrees know where they are: a copy's would be those of the first.
        shutil.rmtree(making / ".git/worktrees", ignore_errors=True)
        shutil.rmtree(making / ".git/gitexp/worktrees", ignore_errors=True)
        making.rename(first)
    return shutil.copytree(first, target, symlinks=True, dirs_exist_ok=True)
