"""Change single files of a tree without checking it out."""

from __future__ import annotations

import os
from collections.abc import Mapping

from gitexp.git.command import run_git
from gitexp.git.objects import ObjectReader
from gitexp.git.repo import Repo

_FILE, _FOLDER, _SUBMODULE = "100644", "40000", "160000"
_KINDS = {_FOLDER: "tree", _SUBMODULE: "commit"}


def replace_files(repo: Repo, tree: str, files: Mapping[str, bytes]) -> str:
    """The tree that `tree` becomes when it has `files` (path from its root -> bytes); modes stay.

    The bytes are taken as they are: no filter of the user's sees them.
    """
    with ObjectReader(repo) as reader:
        return _with_files(repo, reader, tree, files)


def _with_files(repo: Repo, reader: ObjectReader, tree: str | None, files: Mapping[str, bytes]) -> str:
    entries = {item.name: (item.mode, item.oid) for item in reader.tree(tree)} if tree else {}
    below: dict[str, dict[str, bytes]] = {}
    for path, data in files.items():
        name, _, rest = path.partition("/")
        if rest:
            below.setdefault(name, {})[rest] = data
        else:
            blob = run_git(repo.work_tree, "hash-object", "-w", "--stdin", "--no-filters", input=data).text
            entries[name] = (entries.get(name, (_FILE, ""))[0], blob)
    for name, inner in below.items():
        mode, oid = entries.get(name, (_FOLDER, ""))
        entries[name] = (_FOLDER, _with_files(repo, reader, oid if mode == _FOLDER and oid else None, inner))
    return _make_tree(repo, entries)


def _make_tree(repo: Repo, entries: Mapping[str, tuple[str, str]]) -> str:
    lines = [
        f"{mode.zfill(6)} {_KINDS.get(mode, 'blob')} {oid}\t".encode() + os.fsencode(name) + b"\0"
        for name, (mode, oid) in entries.items()
    ]
    return run_git(repo.work_tree, "mktree", "-z", "--missing", input=b"".join(lines)).text


def make_flat_tree(repo: Repo, blobs: Mapping[str, str]) -> str:
    """A new tree of files alone: name -> the id of its blob."""
    return _make_tree(repo, {name: (_FILE, oid) for name, oid in blobs.items()})
