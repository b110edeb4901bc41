"""Small blobs: many read at once by two processes, no matter how many questions; one written."""

from __future__ import annotations

from collections.abc import Collection

from gitexp.git.command import run_git
from gitexp.git.repo import Repo


def read_small_blobs(repo: Repo, oids: Collection[str], biggest: int) -> dict[str, bytes]:
    """Blob id -> content, of those that are here and have at most `biggest` bytes."""
    small = [oid for oid, size in _sizes(repo, oids).items() if size <= biggest]
    data = _ask(repo, "--batch", small)
    found, at = {}, 0
    for oid in small:
        end = data.index(b"\n", at)
        size = int(data[at:end].rsplit(b" ", 1)[1])
        found[oid] = data[end + 1 : end + 1 + size]
        at = end + size + 2
    return found


def write_blob(repo: Repo, data: bytes) -> str:
    """Store `data`; its id. It needs a ref, or `git gc` will remove it."""
    return run_git(repo.work_tree, "hash-object", "-w", "--stdin", "--no-filters", input=data).text


def _sizes(repo: Repo, oids: Collection[str]) -> dict[str, int]:
    lines = (line.split(" ") for line in _ask(repo, "--batch-check", oids).decode().splitlines())
    return {words[0]: int(words[2]) for words in lines if len(words) == 3 and words[1] == "blob"}


def _ask(repo: Repo, how: str, oids: Collection[str]) -> bytes:
    if not oids:
        return b""
    return run_git(repo.work_tree, "cat-file", how, input="".join(f"{oid}\n" for oid in oids).encode()).out
