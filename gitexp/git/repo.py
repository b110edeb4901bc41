"""Find the repository, its HEAD, and what forbids a run; plain file reads wherever Git's layout allows."""

from __future__ import annotations

import re
from pathlib import Path

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.git.command import run_git
from gitexp.git.packed_refs import packed_ref

_BARE = re.compile(r"^\s*bare\s*=\s*(true|yes|on|1)\s*$", re.IGNORECASE | re.MULTILINE)
_OID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")

# Refs that each working tree has for itself.
_PRIVATE_REFS = ("refs/bisect/", "refs/worktree/", "refs/rewritten/")

# A file or folder of the git dir that says an operation waits for the user -> its name, how to leave it.
_UNFINISHED = (
    ("MERGE_HEAD", "merge", "git merge"),
    ("rebase-merge", "rebase", "git rebase"),
    ("rebase-apply", "rebase or `git am`", "git rebase"),
    ("CHERRY_PICK_HEAD", "cherry-pick", "git cherry-pick"),
    ("REVERT_HEAD", "revert", "git revert"),
)


@dataclass(frozen=True, slots=True)
class Repo:
    """One working tree of a repository; all paths absolute and real.

    `git_dir` holds HEAD and the index of this working tree; `common_dir` holds objects, refs and config.
    The two differ in a linked worktree.
    """

    work_tree: Path
    git_dir: Path
    common_dir: Path

    @property
    def state_dir(self) -> Path:
        """Where our own files are, shared by all worktrees."""
        return self.common_dir / "gitexp"


@dataclass(frozen=True, slots=True)
class Head:
    """What HEAD points at: `commit` is None on an unborn branch, `branch` is None when detached."""

    commit: str | None
    branch: str | None


def find_repo(start: Path) -> Repo:
    """The repository whose working tree holds `start`, without a process; GIT_DIR is not looked at.

    Raises ExpError outside a repository, in a bare one, and inside a .git folder.
    """
    real = start.resolve()
    for folder in (real, *real.parents):
        git_dir = _git_dir_of(folder)
        if git_dir is not None:
            return _open(folder, git_dir)
        if _is_git_dir(folder):
            raise _no_work_tree(folder)
    raise ExpError(f"{real} is not inside a Git repository.", "`git init`, then `exp init`.")


def read_head(repo: Repo) -> Head:
    """HEAD of this working tree."""
    text = _read(repo.git_dir / "HEAD")
    if not text.startswith("ref:") or is_reftable(repo):
        return Head(text, None) if _OID.fullmatch(text) else _asked_head(repo)
    name = text.removeprefix("ref:").strip()
    oid = read_loose(repo, name) or read_packed(repo, name)
    return Head(oid, name.removeprefix("refs/heads/") if name.startswith("refs/heads/") else None)


def require_baseline(repo: Repo) -> str:
    """The commit an experiment of this working tree stands on.

    Raises ExpError when there is no commit yet or when a merge, rebase, cherry-pick or revert waits for
    the user. A bisect is no obstacle: its HEAD is an ordinary commit.
    """
    commit = read_head(repo).commit
    if commit is None:
        raise ExpError("this repository has no commit yet.", "`git add -A && git commit -m first`.")
    for name, what, command in _UNFINISHED:
        if (repo.git_dir / name).exists():
            raise ExpError(f"a {what} is in progress.", f"`{command} --continue` or `{command} --abort`.")
    return commit


def author(repo: Repo) -> str:
    """'Name <email>' that commits will carry. Raises ExpError when Git would refuse to commit."""
    asked = run_git(repo.work_tree, "var", "GIT_COMMITTER_IDENT", check=False)
    if asked.code != 0:
        raise ExpError(
            "Git does not know who you are, so it can't commit.",
            '`git config --global user.name "Your Name"`, and the same for user.email.',
        )
    return asked.text[: asked.text.rindex(">") + 1]


def read_config(repo: Repo, section: str = "exp") -> dict[str, str]:
    """Git's config under `section`, all levels, the last value winning; keys like 'exp.jobs', lower-cased.

    A key without `= value` means true to Git and reads 'true' here.
    """
    asked = run_git(repo.work_tree, "config", "-z", "--get-regexp", rf"^{re.escape(section)}\.", check=False)
    found = {}
    for entry in asked.text.split("\0"):
        key, separator, value = entry.partition("\n")
        if key:
            found[key.lower()] = value if separator else "true"
    return found


def is_reftable(repo: Repo) -> bool:
    """Whether refs live in reftables, which only git itself reads."""
    return (repo.common_dir / "reftable").is_dir()


def read_loose(repo: Repo, name: str, depth: int = 5) -> str | None:
    """A ref stored in a file of its own, symbolic ones followed; None if there is none, or it is damaged."""
    private = not name.startswith("refs/") or name.startswith(_PRIVATE_REFS)
    text = _read((repo.git_dir if private else repo.common_dir) / name)
    if text.startswith("ref:") and depth:
        target = text.removeprefix("ref:").strip()
        return read_loose(repo, target, depth - 1) or read_packed(repo, target)
    return text if _OID.fullmatch(text) else None


def read_packed(repo: Repo, name: str) -> str | None:
    """A ref stored in packed-refs."""
    return packed_ref(repo.common_dir, name)


def _git_dir_of(folder: Path) -> Path | None:
    marker = folder / ".git"
    if _is_git_dir(marker):
        return marker
    text = _read(marker)
    if not text.startswith("gitdir:"):
        return None
    target = folder / text.removeprefix("gitdir:").strip()
    if not _is_git_dir(target):
        raise ExpError(
            f"{marker} points to {target}, which is not a Git folder.",
            "if the repository was moved, run `git worktree repair` in it.",
        )
    return target


def _open(work_tree: Path, found: Path) -> Repo:
    git_dir = found.resolve()
    pointer = _read(git_dir / "commondir")
    common_dir = (git_dir / pointer).resolve() if pointer else git_dir
    if common_dir == git_dir and _BARE.search(_read(git_dir / "config")):
        raise _no_work_tree(work_tree)
    return Repo(work_tree, git_dir, common_dir)


def _is_git_dir(path: Path) -> bool:
    if not (path / "HEAD").is_file():
        return False
    return (path / "commondir").is_file() or ((path / "objects").is_dir() and (path / "refs").exists())


def _no_work_tree(folder: Path) -> ExpError:
    return ExpError(
        f"{folder} has no working tree: it is a bare repository or the inside of a .git folder.",
        "`git worktree add ../work` makes a working tree of a bare repository; run exp there.",
    )


def _asked_head(repo: Repo) -> Head:
    """HEAD as git tells it, for ref stores that we can't read."""
    commit = run_git(repo.work_tree, "rev-parse", "--verify", "--quiet", "HEAD", check=False).text or None
    branch = run_git(repo.work_tree, "symbolic-ref", "--quiet", "--short", "HEAD", check=False).text or None
    return Head(commit, branch)


def _read(path: Path) -> str:
    """A small file's text without the white space around it; empty when it can't be read as a file."""
    try:
        return path.read_text("utf-8", "surrogateescape").strip()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return ""
