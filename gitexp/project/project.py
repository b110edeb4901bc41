"""Find the project: the Git repository around a folder, the DVC root in it, the settings of both."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.git.repo import Repo, find_repo
from gitexp.project.settings import Settings, read_settings


@dataclass(frozen=True, slots=True)
class Project:
    """A DVC project in a Git repository; all paths absolute and real.

    `root` is the folder that has .dvc; `cwd` is where the user stands.
    """

    repo: Repo
    root: Path
    cwd: Path
    settings: Settings

    @property
    def prefix(self) -> str:
        """The DVC root relative to the working tree, POSIX: '' or 'sub/proj'."""
        relative = self.root.relative_to(self.repo.work_tree).as_posix()
        return "" if relative == "." else relative


def find_project(start: Path | None = None) -> Project:
    """The project around `start` (default: the current directory).

    Raises ExpError outside a Git repository, without a .dvc folder, and for a config that DVC would refuse.
    """
    cwd = (start or Path.cwd()).resolve()
    repo = find_repo(cwd)
    root = next((folder for folder in _upwards(cwd, repo.work_tree) if (folder / ".dvc").is_dir()), None)
    if root is None:
        raise ExpError(f"{repo.work_tree} has no .dvc folder: it is no DVC project.", "run `exp init`.")
    return Project(repo, root, cwd, read_settings(repo, root))


def project_at(project: Project, root: Path) -> Project:
    """The same project, with the same cache and settings, whose DVC root is `root` inside a worktree."""
    real = root.resolve()
    return replace(project, repo=find_repo(real), root=real, cwd=real)


def _upwards(folder: Path, top: Path) -> list[Path]:
    """`folder` and its parents up to `top`."""
    return [here for here in (folder, *folder.parents) if here == top or top in here.parents]
