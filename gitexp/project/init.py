"""Make a folder of a Git repository a DVC project: the files of `dvc init`, staged for the next commit."""

from __future__ import annotations

from pathlib import Path

from gitexp.atomic import write_atomic
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.git.ignore import is_ignored
from gitexp.git.index import add_files
from gitexp.git.repo import find_repo

_GITIGNORE = b"/config.local\n/tmp\n/cache\n"
_DVCIGNORE = b"""\
# Add patterns of files dvc should ignore, which could improve
# the performance. Learn more at
# https://dvc.org/doc/user-guide/dvcignore
"""


@dataclass(frozen=True, slots=True)
class Initialized:
    """The new project's root, and the files staged, relative to the Git working tree."""

    root: Path
    staged: tuple[str, ...]


def init_project(folder: Path, subdir: bool = False, force: bool = False) -> Initialized:
    """Lay down .dvc and .dvcignore in `folder` and stage them.

    With `force` an existing .dvc gets an empty config again; unlike with DVC its cache stays. Raises
    ExpError outside Git, in a folder that is not the repository's top without `subdir`, and where .dvc
    exists or is ignored.
    """
    root = folder.resolve()
    repo = find_repo(root)
    if root != repo.work_tree and not subdir:
        raise ExpError(
            f"{root} is not the top of its Git repository, {repo.work_tree}.",
            "run it there, or with --subdir to have a project of its own here.",
        )
    dvc = root / ".dvc"
    if dvc.exists() and not force:
        raise ExpError(
            f"'{dvc}' exists: this is a DVC project already.",
            "-f empties its config; data in its cache stays.",
        )
    base = root.relative_to(repo.work_tree)
    if is_ignored(repo, [(base / ".dvc").as_posix()]):
        raise ExpError(
            f"Git ignores '{dvc}', but a project's config must be tracked.", "add `!.dvc` to .gitignore."
        )
    write_atomic(dvc / "config", b"")
    write_atomic(dvc / ".gitignore", _GITIGNORE)
    write_atomic(dvc / "tmp" / "btime", b"")
    if not (root / ".dvcignore").exists():
        write_atomic(root / ".dvcignore", _DVCIGNORE)
    staged = tuple((base / name).as_posix() for name in (".dvc/.gitignore", ".dvc/config", ".dvcignore"))
    add_files(repo, staged)
    return Initialized(root, staged)
