"""`exp apply`: make the files of the workspace equal to an experiment; index, HEAD and branch stay.

What the experiment has is written; what Git tracks here and the experiment does not have is removed;
untracked files that it does not know stay. Uncommitted work that would be overwritten is kept first, as a
commit under refs/gitexp/kept/ that can itself be applied. Work that equals what the last apply wrote is no
work of the user's, so walking from experiment to experiment keeps nothing.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from gitexp.cache.dvcignore import DvcIgnore
from gitexp.cache.memory.memo import Memo
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.change.keep_workspace import Unsaved, keep_workspace
from gitexp.experiment.data.sources import EditedData, find_edited
from gitexp.experiment.data.workspace_data import DataPlace, Placed, cached_outs, place_data
from gitexp.experiment.experiment import Experiment
from gitexp.experiment.find import Revision, resolve_rev
from gitexp.experiment.kept import APPLIED, before_ref, stamp
from gitexp.experiment.operations import Operation, Overwritten, write_operation
from gitexp.experiment.pipelines import ReadPipeline, read_pipeline
from gitexp.experiment.stores import open_memo, open_store
from gitexp.git.objects import write_commit
from gitexp.git.refs import RefChange, change_refs, create_ref, read_ref
from gitexp.git.repo import read_head
from gitexp.git.restore import (
    FileChange,
    blobs_of,
    changed_files,
    delete_files,
    hash_files,
    restore_files,
    tracked_files,
)
from gitexp.git.snapshot import Snapshot, take_snapshot
from gitexp.pipeline.source import FolderFiles
from gitexp.project import Project


@dataclass(frozen=True, slots=True)
class Applied:
    """What an apply did. Paths of `changed` are relative to the Git root, those of data to the DVC root."""

    commit: str
    experiment: Experiment | None
    changed: tuple[str, ...]
    data: Placed
    kept: str | None  # the ref of the commit that holds what was overwritten


def apply_experiment(project: Project, word: str, for_undo: bool = True) -> Applied:
    """Bring an experiment (or any commit) into the workspace; `for_undo`: so that it can be taken back.

    Raises ExpError for an unknown word, and before anything is written when a file can't be replaced.
    """
    revision = resolve_rev(project.repo, word)
    with open_memo(project) as memo:
        return _Apply(project, revision, word, memo).run(for_undo)


class _Apply:
    """One apply: the workspace as it is, the tree it is to have, and what lies between them."""

    def __init__(self, project: Project, revision: Revision, word: str, memo: Memo) -> None:
        settings = project.settings
        self._project, self._revision, self._word = project, revision, word
        self._place = DataPlace(
            project.repo,
            project.root,
            open_store(project),
            memo,
            settings.link_types,
            DvcIgnore(project.root).ignored,
        )

    def run(self, for_undo: bool) -> Applied:
        repo, commit = self._project.repo, self._revision.commit
        snapshot = take_snapshot(repo, self._project.settings.snapshot_max_size)
        changes = changed_files(repo, snapshot.tree, commit)
        write = [change.path for change in changes if change.new]
        delete = self._deletions(changes)
        self._check_room(snapshot, write)
        kept = self._keep(
            snapshot.tree, [change for change in changes if change.new or change.path in delete]
        )
        new = tuple(path for path in write if not os.path.lexists(repo.work_tree / path))
        before = (kept or self._keep_for_undo(snapshot.tree)) if for_undo else None
        delete_files(repo, delete)
        restore_files(repo, commit, write)
        pipeline = self._pipeline()
        absent = {path for path, _ in cached_outs(pipeline) if not os.path.lexists(self._place.root / path)}
        data = place_data(self._place, pipeline)
        change_refs(repo, [RefChange(APPLIED, new=commit, old=None, force=True)])
        if before is not None:
            brought = tuple(path for path in data.changed if path in absent)
            over = Overwritten(before, commit, new, brought)
            write_operation(repo, Operation(stamp(), f"apply {self._word}", kept=(before,), workspace=over))
        changed = tuple(sorted([*write, *delete]))
        return Applied(commit, self._revision.experiment, changed, data, kept)

    def _deletions(self, changes: Sequence[FileChange]) -> set[str]:
        gone = {change.path for change in changes if change.new is None}
        return gone & tracked_files(self._project.repo) if gone else gone

    def _check_room(self, snapshot: Snapshot, write: list[str]) -> None:
        """A file that the snapshot left out is in no commit: it must not be overwritten."""
        lost = sorted(set(snapshot.left_out) & set(write))
        if lost:
            raise ExpError(
                f"'{self._word}' would overwrite {', '.join(lost)}, which is too big to be kept as a commit.",
                "move it away, or `dvc add` it, then try again.",
            )

    def _keep(self, tree: str, overwritten: Sequence[FileChange]) -> str | None:
        """Keep the workspace if anything in it would be lost."""
        head = read_head(self._project.repo).commit
        if head is None:
            return None
        applied = read_ref(self._project.repo, APPLIED)
        edited = self._edited_data()
        ignored = self._ignored(overwritten, applied)
        paths = {change.path for change in overwritten}
        if not (edited or ignored or self._unsaved(head, applied, tree) & paths):
            return None
        unsaved = Unsaved(tree, tuple(edited), tuple(ignored))
        return keep_workspace(self._project, head, unsaved, self._place, f"`exp apply {self._word}`")

    def _keep_for_undo(self, tree: str) -> str | None:
        """The workspace as a commit though nothing of it would be lost; its ref."""
        head = read_head(self._project.repo).commit
        if head is None:
            return None
        commit = write_commit(
            self._project.repo, tree, [head], f"workspace before `exp apply {self._word}`\n"
        )
        ref = before_ref()
        create_ref(self._project.repo, ref, commit)
        return ref

    def _unsaved(self, head: str, applied: str | None, tree: str) -> set[str]:
        """Paths whose content is neither HEAD's nor what the last apply wrote."""
        dirty = self._differing(head, tree)
        return dirty if applied is None or not dirty else dirty & self._differing(applied, tree)

    def _differing(self, old: str, new: str) -> set[str]:
        return {change.path for change in changed_files(self._project.repo, old, new)}

    def _ignored(self, overwritten: Sequence[FileChange], applied: str | None) -> list[str]:
        """Files with content of their own that are not in the snapshot, because Git ignores them."""
        repo = self._project.repo
        here = [
            change
            for change in overwritten
            if change.old is None and (repo.work_tree / change.path).is_file() and "\n" not in change.path
        ]
        blobs = hash_files(repo, [change.path for change in here])
        own = {change.path: blob for change, blob in zip(here, blobs, strict=True) if blob != change.new}
        known = blobs_of(repo, applied, list(own)) if applied and own else {}
        return [path for path, blob in own.items() if known.get(path) != blob]

    def _edited_data(self) -> list[EditedData]:
        """Data of .dvc files that was edited here and is in no cache; none if the pipeline is broken."""
        try:
            now = self._pipeline()
        except ExpError:
            return []
        place = self._place
        sources = [stage for stage in now.graph.stages.values() if stage.is_data]
        found = find_edited(place.root, sources, now.locks, place.memo, place.ignored)
        return [data for data in found if not place.store.has(data.hash)]

    def _pipeline(self) -> ReadPipeline:
        return read_pipeline(self._project, FolderFiles(self._project.root, self._project.repo))
