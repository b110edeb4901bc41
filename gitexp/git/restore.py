"""Compare trees, and write files of a tree into the working tree with the index left as it is."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.git.command import run_git
from gitexp.git.repo import Repo
from gitexp.git.snapshot import PRIVATE_INDEX

_SUBMODULE = "160000"
_ABSENT = "000000"
_LITERAL = {"GIT_LITERAL_PATHSPECS": "1"}


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file that differs between two trees: its blob in each, None where there is none."""

    path: str
    old: str | None
    new: str | None


def changed_files(repo: Repo, old: str, new: str) -> list[FileChange]:
    """The files that differ between two trees (or commits). Submodules are not files."""
    listed = run_git(repo.work_tree, "diff-tree", "-r", "-z", "--no-renames", "--raw", old, new, "--").paths
    changes = []
    for fields, path in zip(listed[::2], listed[1::2], strict=True):
        old_mode, new_mode, old_blob, new_blob, _ = fields.lstrip(":").split(" ")
        if _SUBMODULE not in (old_mode, new_mode):
            changes.append(FileChange(path, _present(old_mode, old_blob), _present(new_mode, new_blob)))
    return changes


def changed_paths(repo: Repo, commits: Sequence[str]) -> dict[str, list[str]]:
    """For each commit the paths that differ from its parent, all in one process; none for one not here."""
    return {oid: [path for path, _ in files] for oid, files in _against_parents(repo, commits).items()}


def added_files(repo: Repo, commits: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """For each commit path and blob of the files that its parent does not have, all in one process."""
    return _against_parents(repo, commits, "--diff-filter=A")


def _against_parents(repo: Repo, commits: Sequence[str], *only: str) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {commit: [] for commit in commits}
    if not found:
        return found
    stdin = "".join(f"{commit}\n" for commit in found).encode()
    options = ("-r", "-z", "--no-renames", "--raw", "--stdin", *only)
    words = iter(run_git(repo.work_tree, "diff-tree", *options, input=stdin, check=False).paths)
    current: list[tuple[str, str]] = []
    for word in words:
        if word.startswith(":"):  # modes, blobs and the kind of change, then the path
            current.append((next(words), word.split(" ")[3]))
        else:
            current = found.get(word, [])
    return found


def _present(mode: str, blob: str) -> str | None:
    return None if mode == _ABSENT else blob


def hash_files(repo: Repo, paths: Sequence[str]) -> list[str]:
    """The blob that each of these files would be; nothing is written."""
    if not paths:
        return []
    stdin = "".join(f"{path}\n" for path in paths).encode("utf-8", "surrogateescape")
    return run_git(repo.work_tree, "hash-object", "--stdin-paths", input=stdin).text.split("\n")


def blobs_of(repo: Repo, tree: str, paths: Sequence[str]) -> dict[str, str]:
    """Path -> blob, for those of the paths that a tree (or commit) has as files."""
    listed = run_git(repo.work_tree, "ls-tree", "-r", "-z", tree, "--", *paths, env=_LITERAL).paths
    entries = (entry.partition("\t") for entry in listed)
    return {path: fields.split(" ")[2] for fields, _, path in entries}


def tracked_files(repo: Repo) -> set[str]:
    """Every path in the index."""
    return set(run_git(repo.work_tree, "ls-files", "-z", "--cached").paths)


def restore_files(repo: Repo, tree: str, paths: Sequence[str]) -> None:
    """Write these files of `tree` into the working tree, as a checkout would (filters, line ends, modes).

    The index stays as it is. Raises ExpError, before anything is written, when a folder that holds
    something is where a file must be.
    """
    if not paths:
        return
    for path in paths:
        _make_room(repo.work_tree / path)
    stdin = b"".join(os.fsencode(path) + b"\0" for path in paths)
    options = (f"--source={tree}", "--worktree", "--pathspec-from-file=-", "--pathspec-file-nul")
    run_git(repo.work_tree, *PRIVATE_INDEX, "restore", *options, input=stdin, env=_LITERAL)


def delete_files(repo: Repo, paths: Iterable[str]) -> None:
    """Remove files from the working tree, and the folders that become empty."""
    for path in paths:
        place = repo.work_tree / path
        place.unlink(missing_ok=True)
        for folder in place.parents:
            if folder == repo.work_tree or not _remove_empty(folder):
                break


def _make_room(place: Path) -> None:
    """An empty folder may go; one that holds something is not ours to delete."""
    if place.is_dir() and not place.is_symlink() and not _remove_empty(place):
        raise ExpError(f"{place} is a folder, and a file has to be there.", "move it away, then try again.")


def _remove_empty(folder: Path) -> bool:
    try:
        folder.rmdir()
    except OSError:
        return False
    return True
