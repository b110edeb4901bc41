"""Which commits `exp list` and `exp show` look under: HEAD by default, or what the user names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.find import list_experiments
from gitexp.git.objects import ObjectReader
from gitexp.git.refs import list_refs
from gitexp.git.repo import Repo, read_head


@dataclass(frozen=True, slots=True)
class Baselines:
    """The choice. `num` is how many first-parent commits of each rev; negative means all of them.

    `everywhere` is HEAD and each commit that has experiments, also one that no branch reaches any more.
    """

    revs: tuple[str, ...] = ()
    num: int = 1
    branches: bool = False
    tags: bool = False
    everywhere: bool = False


def find_baselines(repo: Repo, reader: ObjectReader, chosen: Baselines) -> list[str]:
    """Commit ids, each once, in the order asked for. None in a repository without a commit.

    Raises ExpError for a revision that does not exist.
    """
    head = read_head(repo).commit
    if head is None:
        return []
    found: list[str] = []
    if chosen.everywhere:
        found += [head, *_newest_first(reader, {one.baseline for one in list_experiments(repo)} - {head})]
    for rev in chosen.revs or (() if chosen.everywhere or chosen.branches or chosen.tags else ("HEAD",)):
        found += _first_parents(reader, head if rev == "HEAD" else rev, chosen.num)
    found += _tips(repo, reader, chosen)
    return list(dict.fromkeys(found))


def _tips(repo: Repo, reader: ObjectReader, chosen: Baselines) -> Iterator[str]:
    prefixes = [("refs/heads/", chosen.branches), ("refs/tags/", chosen.tags)]
    for prefix in (prefix for prefix, wanted in prefixes if wanted):
        for ref in list_refs(repo, prefix):
            commit = reader.commit(ref.oid)
            if commit is not None:
                yield commit.oid


def _newest_first(reader: ObjectReader, oids: Iterable[str]) -> list[str]:
    """Baselines that a shallow or pruned repository no longer has come last."""
    commits = {oid: reader.commit(oid) for oid in sorted(oids)}
    return sorted(commits, key=lambda oid: commit.time if (commit := commits[oid]) else 0, reverse=True)


def _first_parents(reader: ObjectReader, rev: str, num: int) -> Iterator[str]:
    commit = None if rev.startswith("-") else reader.commit(rev)
    if commit is None:
        raise ExpError(
            f"'{rev}' is not a revision of this repository.", "`git log --oneline --all` names commits."
        )
    left = num
    while commit is not None and left != 0:
        yield commit.oid
        left -= 1
        commit = reader.commit(commit.parents[0]) if commit.parents else None
