"""Whether a path stays in the working tree: a repository from somebody else may name any."""

from __future__ import annotations

import os
from pathlib import Path

from gitexp.git.repo import Repo


def stays_inside(repo: Repo, path: Path) -> bool:
    """Whether what is written at `path` ends up in the working tree, and not in its .git.

    Symbolic links on the way count: they are what they lead to. `path` itself may be one: it is replaced.
    """
    place = Path(os.path.realpath(path.parent)) / path.name
    if path.name in ("", ".", "..") or repo.work_tree not in place.parents:
        return False
    # Git takes .GIT for .git where the file system does not tell case.
    inside = place.relative_to(repo.work_tree).parts
    return not any(part.lower() == ".git" for part in inside) and repo.common_dir not in place.parents
