"""Keep what `exp apply` is about to overwrite and Git does not have: as a commit that can be applied."""

from __future__ import annotations

import posixpath
import shutil

from gitexp.dataclass import dataclass
from gitexp.experiment.data.sources import EditedData, capture, record
from gitexp.experiment.data.workspace_data import DataPlace
from gitexp.experiment.kept import workspace_ref
from gitexp.git.objects import write_commit
from gitexp.git.refs import create_ref
from gitexp.git.worktree import WorktreePool, write_tree
from gitexp.project import Project


@dataclass(frozen=True, slots=True)
class Unsaved:
    """What would be lost: `tree` holds what Git sees of the workspace, the rest is beside it.

    `ignored` are files that Git ignores here and that are about to be overwritten, relative to the Git root.
    """

    tree: str
    edited: tuple[EditedData, ...] = ()
    ignored: tuple[str, ...] = ()


def keep_workspace(project: Project, head: str, unsaved: Unsaved, place: DataPlace, reason: str) -> str:
    """Commit the workspace on top of `head`; the ref that keeps it.

    Edited data goes into the cache and its .dvc files into the commit, so that applying it brings all back.
    """
    tree = _completed(project, head, unsaved, place) if unsaved.edited or unsaved.ignored else unsaved.tree
    commit = write_commit(project.repo, tree, [head], f"workspace before {reason}\n")
    ref = workspace_ref()
    create_ref(project.repo, ref, commit, f"exp: workspace before {reason}")
    return ref


def _completed(project: Project, head: str, unsaved: Unsaved, place: DataPlace) -> str:
    """The tree with .dvc files that name the edited data, and with the ignored files."""
    saved = [capture(data, place.root, place.store, place.memo, place.ignored) for data in unsaved.edited]
    pool = WorktreePool(project.repo)
    worktree = pool.acquire(head, unsaved.tree)
    try:
        for data in saved:
            record(data, worktree.path / project.prefix)
        for path in unsaved.ignored:
            (worktree.path / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(project.repo.work_tree / path, worktree.path / path, follow_symlinks=False)
        files = [posixpath.join(project.prefix, data.stage.file) for data in saved]
        return write_tree(worktree, [*files, *unsaved.ignored])
    finally:
        pool.release(worktree)
