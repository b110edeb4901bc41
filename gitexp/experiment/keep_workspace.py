"""Keep what `exp apply` is about to overwrite and Git does not have: as a commit that can be applied again."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from gitexp.experiment.data_sources import EditedData, capture, record
from gitexp.experiment.kept import workspace_ref
from gitexp.experiment.workspace_data import DataPlace
from gitexp.git.objects import write_commit
from gitexp.git.refs import create_ref
from gitexp.git.worktree import WorktreePool, write_tree
from gitexp.project import Project


def keep_workspace(
    project: Project, head: str, tree: str, edited: Sequence[EditedData], place: DataPlace, reason: str
) -> str:
    """Commit the workspace's `tree` on top of `head`; the ref that keeps it.

    Edited data goes into the cache and its .dvc files into the commit, so that applying it brings all back.
    """
    saved = [capture(data, place.root, place.store, place.memo, place.ignored) for data in edited]
    whole = _with_data(project, head, tree, saved) if saved else tree
    commit = write_commit(project.repo, whole, [head], f"workspace before {reason}\n")
    ref = workspace_ref()
    create_ref(project.repo, ref, commit, f"exp: workspace before {reason}")
    return ref


def _with_data(project: Project, head: str, tree: str, saved: Sequence[EditedData]) -> str:
    """The tree with .dvc files that name the saved data."""
    pool = WorktreePool(project.repo)
    worktree = pool.acquire(head, tree)
    try:
        for data in saved:
            record(data, worktree.path / project.prefix)
        return write_tree(worktree, [posixpath.join(project.prefix, data.stage.file) for data in saved])
    finally:
        pool.release(worktree)
