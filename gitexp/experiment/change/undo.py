"""`exp undo`: take back what a command did to experiments, branches or the workspace.

Only what is still as the operation left it is changed back: a ref that has moved on since, or a file that was
edited since, is not the operation's any more.
"""

from __future__ import annotations

from collections.abc import Sequence

from gitexp.atomic import write_atomic
from gitexp.cache.tree import hash_path
from gitexp.cache.workspace import remove
from gitexp.errors import ExpError
from gitexp.experiment.change.apply import apply_experiment
from gitexp.experiment.operations import (
    Operation,
    Overwritten,
    RefMove,
    TakenOut,
    forget_operation,
    keep_changes,
    list_operations,
)
from gitexp.experiment.run.worksite import ignored
from gitexp.experiment.stores import open_memo, open_store
from gitexp.git.refs import RefChange, RefConflict, change_refs, is_checked_out, read_ref
from gitexp.git.repo import Repo
from gitexp.git.restore import blobs_of, delete_files, hash_files
from gitexp.git.transport import push
from gitexp.project import Project


def take_back(project: Project, number: int = 1) -> Operation:
    """Take back the last operation, or the `number`-th of `list_operations`, and return it.

    Raises ExpError when there is none, or when what it changed has changed again; then nothing happens.
    """
    known = list_operations(project.repo)
    if not known:
        raise ExpError("there is nothing to take back.", "operations can be undone for 30 days.")
    if not 1 <= number <= len(known):
        raise ExpError(f"there is no operation {number}.", "`exp undo --list` shows them.")
    operation = known[number - 1]
    if operation.remote is not None:
        _take_back_there(project.repo, operation, operation.remote)
    else:
        _take_back_here(project.repo, operation)
    _put_files_back(project.repo, operation.files)
    if operation.workspace is not None:
        _restore_workspace(project, operation.workspace)
    else:
        _let_go(project.repo, operation.kept)
    forget_operation(project.repo, operation)
    return operation


def _take_back_here(repo: Repo, operation: Operation) -> None:
    for move in operation.moves:
        if move.old is None and is_checked_out(repo, move.ref):
            name = move.ref.removeprefix("refs/heads/")
            raise ExpError(f"branch '{name}' is checked out.", "`git switch -` leaves it.")
    back = [RefMove(move.ref, move.new, move.old) for move in operation.moves]
    changes = [RefChange(move.ref, new=move.new, old=move.old) for move in back]
    try:
        # An undo takes something away too: what an overwrite or a save had made.
        change_refs(repo, [*keep_changes(back), *changes], f"exp undo: {operation.what}")
    except RefConflict as conflict:
        raise ExpError(
            f"'{operation.what}' can't be taken back: what it changed has changed again.",
            "`exp undo --list` shows the operations; undo the later ones first.",
        ) from conflict


def _take_back_there(repo: Repo, operation: Operation, remote: str) -> None:
    """Push what was there before, unless somebody has pushed something else since."""
    refspecs = [f"{move.old or ''}:{move.ref}" for move in operation.moves]
    leases = {move.ref: move.new or "" for move in operation.moves}
    refused = [one for one in push(repo, remote, refspecs, leases, atomic=len(refspecs) > 1) if one.refused]
    if refused:
        raise ExpError(
            f"'{operation.what}' can't be taken back: {refused[0].ref} on '{remote}' has changed again."
        )


def _put_files_back(repo: Repo, files: Sequence[TakenOut]) -> None:
    """The refs first: what the files are about must not be missing for a moment."""
    needed = {file.ref: file.commit for file in files}
    change_refs(
        repo, [RefChange(ref, commit, None) for ref, commit in needed.items() if read_ref(repo, ref) is None]
    )
    for file in files:
        path = repo.state_dir / file.path
        if not path.exists():
            write_atomic(path, file.text.encode())


def _restore_workspace(project: Project, over: Overwritten) -> None:
    """The files as they were; what the apply brought goes, unless it was edited since."""
    apply_experiment(project, over.before, for_undo=False)
    repo = project.repo
    here = [path for path in over.files if (repo.work_tree / path).is_file() and "\n" not in path]
    then = blobs_of(repo, over.applied, here) if here else {}
    now = dict(zip(here, hash_files(repo, here), strict=True))
    delete_files(repo, [path for path in here if now[path] == then.get(path)])
    _remove_data(project, over.data)


def _remove_data(project: Project, paths: Sequence[str]) -> None:
    store = open_store(project)
    with open_memo(project) as memo:
        for path in paths:
            found = hash_path(project.root / path, memo, ignored(project))
            if found is not None and store.has(found):
                remove(project.root / path)


def _let_go(repo: Repo, refs: Sequence[str]) -> None:
    """What kept the commits may go: they have their refs again."""
    held = [(ref, read_ref(repo, ref)) for ref in refs]
    change_refs(repo, [RefChange(ref, new=None, old=oid) for ref, oid in held if oid is not None])
