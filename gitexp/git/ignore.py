"""What Git ignores, and what is neither tracked nor ignored."""

from __future__ import annotations

import os
from collections.abc import Iterable

from gitexp.git.command import failed, run_git
from gitexp.git.repo import Repo


def is_ignored(repo: Repo, paths: Iterable[str]) -> set[str]:
    """Those of `paths` (relative to the working tree) that Git ignores. A tracked file is never ignored."""
    stdin = b"".join(os.fsencode(path) + b"\0" for path in paths)
    if not stdin:
        return set()
    asked = run_git(repo.work_tree, "check-ignore", "-z", "--stdin", input=stdin, check=False)
    if asked.code > 1:  # 1 says that none is
        raise failed(("check-ignore",), asked)
    return set(asked.paths)


def ignore_rule(repo: Repo, path: str) -> str | None:
    """The rule by which Git ignores `path`, '.gitignore:3: *.lock'; None if it does not."""
    question = os.fsencode(path) + b"\0"
    asked = run_git(repo.work_tree, "check-ignore", "-v", "-z", "--stdin", input=question, check=False)
    if asked.code != 0:
        return None
    source, line, pattern = asked.text.split("\0")[:3]
    return f"{source}:{line}: {pattern}"


def list_ignored(repo: Repo) -> list[str]:
    """Ignored paths (relative to the working tree); an ignored folder is one entry, with a '/'."""
    options = ("-o", "-i", "--exclude-standard", "--directory")
    return run_git(repo.work_tree, "ls-files", "-z", *options).paths


def list_untracked(repo: Repo, folder: str = "") -> list[str]:
    """The files below `folder` (relative to the working tree) that are neither tracked nor ignored."""
    place = f":(top,literal){folder}" if folder else ":(top)"
    return run_git(repo.work_tree, "ls-files", "-z", "-o", "--exclude-standard", "--", place).paths
