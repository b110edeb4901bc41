"""Refs: list and read without a process, create and change atomically.

Loose refs are read before packed ones: `git pack-refs` writes the pack first and then deletes the files, so
in this order a ref that moves meanwhile is always seen.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.git.command import GitOutput, failed, run_git
from gitexp.git.packed_refs import packed_under
from gitexp.git.repo import Repo, is_reftable, read_head, read_loose, read_packed

_OID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_TRIES = 5
# Another process holds a lock for longer than that, or packs refs and takes away the folder as it is emptied.
_PASSING = re.compile("File exists|unable to create directory|No such file or directory")
# ms that git waits for a lock: a ref's own, and that of packed-refs, which is held while it is written anew.
_PATIENCE = ("-c", "core.filesRefLockTimeout=1000", "-c", "core.packedRefsTimeout=5000")


@dataclass(frozen=True, slots=True)
class Ref:
    name: str
    oid: str


@dataclass(frozen=True, slots=True)
class RefChange:
    """One change of a transaction.

    `new` None deletes. `old` is what the ref must hold now; None means that it must not exist (create) or
    that any value will do (delete). `force` drops the condition.
    """

    name: str
    new: str | None
    old: str | None
    force: bool = False


class RefConflict(ExpError):
    """A ref does not hold what a change expected: it exists already, or another process moved it."""


def list_refs(repo: Repo, prefix: str) -> list[Ref]:
    """Every ref whose name begins with `prefix` ('refs/exps/'), sorted by name; symbolic ones resolved."""
    return [Ref(name, oid) for name, oid in list_pairs(repo, prefix)]


def list_pairs(repo: Repo, prefix: str) -> list[tuple[str, str]]:
    """`list_refs` for those who make records of their own: name and object id."""
    if is_reftable(repo):
        return _asked_refs(repo, prefix)
    found = dict(list_loose(repo, prefix))
    packed = packed_under(repo.common_dir, prefix)
    return sorted({**dict(packed), **found}.items() if found else packed)


def read_ref(repo: Repo, name: str) -> str | None:
    """The object id a full ref name ('refs/exps/…', 'HEAD') holds; None if there is no such ref."""
    if is_reftable(repo):
        return run_git(repo.work_tree, "rev-parse", "--verify", "--quiet", name, check=False).text or None
    return read_loose(repo, name) or read_packed(repo, name)


def resolve(repo: Repo, rev: str) -> str | None:
    """The commit that a revision of Git's grammar means (tags peeled); None if there is none."""
    if rev == "HEAD":
        return read_head(repo).commit
    if not rev or rev[0] in "-^" or "\0" in rev:
        return None
    asked = run_git(repo.work_tree, "rev-parse", "--verify", "--quiet", rev + "^{commit}", check=False)
    return asked.text if asked.code == 0 and _OID.fullmatch(asked.text) else None


def create_ref(repo: Repo, name: str, oid: str, message: str = "") -> None:
    """Make the ref `name`, only if it does not exist: raises RefConflict if it does, by a hair too."""
    change_refs(repo, [RefChange(name, oid, None)], message)


def change_refs(repo: Repo, changes: Sequence[RefChange], message: str = "") -> None:
    """Make all changes, or none. `message` goes to the reflog where Git keeps one.

    Raises RefConflict when a ref does not hold what its change expects, ExpError when git fails otherwise.
    """
    if not changes:
        return
    options = ["-m", message] if message else []
    update = (*_PATIENCE, "update-ref", *options, "--stdin", "-z")
    stdin = b"".join(map(_instruction, changes))
    for attempt in range(_TRIES):
        # Git's words are read below, so they must not be translated.
        done = run_git(repo.work_tree, *update, input=stdin, env={"LC_ALL": "C"}, check=False)
        if done.code == 0:
            return
        if not _PASSING.search(done.complaint):
            break
        time.sleep(0.02 * 2**attempt)
    if re.search("already exists|but expected|unable to resolve|exists; cannot create", done.complaint):
        raise RefConflict(f"a ref has changed meanwhile: {done.complaint}", "try again.")
    raise vetoed(done) or failed(("update-ref",), done)


def vetoed(done: GitOutput) -> ExpError | None:
    """The error for a transaction that a hook did not let pass; None if that was not the reason."""
    if "hook" not in done.complaint:
        return None
    return ExpError(
        f"the reference-transaction hook of this repository refuses it: {done.complaint}",
        "`git rev-parse --git-path hooks/reference-transaction` says where it is; it has to let refs/exps/"
        " and refs/gitexp/ pass.",
    )


def names_of(repo: Repo) -> dict[str, str]:
    """Commit id -> the name to show for it: the current branch before tags before other branches."""
    fields = "%(objectname) %(*objectname) %(refname)"
    asked = run_git(repo.work_tree, "for-each-ref", f"--format={fields}", "refs/heads", "refs/tags")
    branches: dict[str, str] = {}
    tags: dict[str, str] = {}
    for line in asked.text.splitlines():
        oid, peeled, name = line.split(" ", 2)
        if name.startswith("refs/heads/"):
            branches.setdefault(oid, name.removeprefix("refs/heads/"))
        else:
            tags.setdefault(peeled or oid, name.removeprefix("refs/tags/"))
    head = read_head(repo)
    current = {head.commit: head.branch} if head.commit and head.branch else {}
    return {**branches, **tags, **current}


def tip_names(repo: Repo, branches: bool, tags: bool) -> dict[str, list[str]]:
    """Commit id -> the branches and tags at it, branches first, each by name; tags peeled."""
    wanted = [*(["refs/heads"] if branches else []), *(["refs/tags"] if tags else [])]
    fields = "%(objectname) %(*objectname) %(refname:lstrip=2)"
    found: dict[str, list[str]] = {}
    for prefix in wanted:
        for line in run_git(repo.work_tree, "for-each-ref", f"--format={fields}", prefix).text.splitlines():
            oid, peeled, name = line.split(" ", 2)
            found.setdefault(peeled or oid, []).append(name)
    return found


def is_checked_out(repo: Repo, branch: str) -> bool:
    """Whether a branch ('refs/heads/x') is the current one of any working tree."""
    return bool(run_git(repo.work_tree, "for-each-ref", "--format=%(worktreepath)", branch).text)


def _instruction(change: RefChange) -> bytes:
    """One line of `git update-ref --stdin -z`."""
    name = os.fsencode(change.name)
    old = (change.old or "").encode()
    if change.new is None:
        return b"delete " + name + b"\0" + (b"" if change.force else old) + b"\0"
    new = change.new.encode()
    if change.force:
        return b"update " + name + b"\0" + new + b"\0\0"
    if change.old is None:
        return b"create " + name + b"\0" + new + b"\0"
    return b"update " + name + b"\0" + new + b"\0" + old + b"\0"


def list_loose(repo: Repo, prefix: str) -> Iterator[tuple[str, str]]:
    """Name and object id of the refs of `list_refs` that are files of their own."""
    folder = prefix[: prefix.rfind("/") + 1]
    for name in _walk(repo.common_dir / folder, folder):
        if not name.startswith(prefix) or name.endswith(".lock"):
            continue
        oid = read_loose(repo, name)
        if oid is not None:
            yield name, oid


def _walk(folder: Path, name: str) -> Iterator[str]:
    try:
        entries = list(os.scandir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        if entry.is_dir():
            yield from _walk(Path(entry.path), f"{name}{entry.name}/")
        else:
            yield name + entry.name


def _asked_refs(repo: Repo, prefix: str) -> list[tuple[str, str]]:
    folder = prefix.rpartition("/")[0]
    asked = run_git(repo.work_tree, "for-each-ref", "--format=%(objectname) %(refname)", folder)
    found = (line.split(" ", 1) for line in asked.text.splitlines())
    return [(name, oid) for oid, name in found if name.startswith(prefix)]
