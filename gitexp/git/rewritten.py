"""Commits that no branch reaches any more, and what a rebase or an amend made of them.

Git keeps no record of that beyond reflogs, which are of one clone only. But a rewritten commit keeps its
author and the second it was written, and a squash that ends a branch keeps the tree.
"""

from __future__ import annotations

from collections.abc import Collection

from gitexp.dataclass import dataclass
from gitexp.git.command import run_git
from gitexp.git.repo import Repo

_REACHED = ("--branches", "--tags", "--remotes", "HEAD")
_FORMAT = "%H%x00%ae%x00%at%x00%T%x00%s"
_MOST = 20_000  # commits of history that are searched


@dataclass(frozen=True, slots=True)
class _Seen:
    oid: str
    email: str
    time: str
    tree: str
    subject: str


def rewritten_commits(repo: Repo, oids: Collection[str]) -> dict[str, str | None]:
    """Those of `oids` that no branch or tag reaches -> the commit that took its place, None if none is known.

    Commits that are not here at all are left out. One process where all are reached, else three.
    """
    if not oids:
        return {}
    asked = ("rev-list", "--ignore-missing", "--stdin", "--not", *_REACHED)
    loose = set(run_git(repo.work_tree, *asked, input=_lines(oids), check=False).text.split()) & set(oids)
    if not loose:
        return {}
    lost = _read(repo, "--no-walk", "--ignore-missing", "--stdin", input=_lines(loose))
    oldest = min((int(one.time) for one in lost), default=0)
    # Whatever is made of a commit is committed after the commit was written.
    alive = _read(repo, f"--since={oldest}", f"--max-count={_MOST}", *_REACHED)
    return {one.oid: _successor(one, alive) for one in lost}


def _successor(lost: _Seen, alive: Collection[_Seen]) -> str | None:
    twins = [one for one in alive if (one.email, one.time) == (lost.email, lost.time)]
    same_tree = [one for one in alive if one.tree == lost.tree]
    ranked = [*(one for one in twins if one.subject == lost.subject), *same_tree, *twins]
    return ranked[0].oid if ranked else None


def _read(repo: Repo, *options: str, input: bytes | None = None) -> list[_Seen]:
    asked = ("log", "-z", "--no-show-signature", "--no-decorate", f"--format=tformat:{_FORMAT}", *options)
    words = run_git(repo.work_tree, *asked, input=input, check=False).text.rstrip("\0").split("\0")
    return [_Seen(*words[at : at + 5]) for at in range(0, len(words) - 4, 5)]


def _lines(oids: Collection[str]) -> bytes:
    return "".join(f"{oid}\n" for oid in sorted(oids)).encode()
