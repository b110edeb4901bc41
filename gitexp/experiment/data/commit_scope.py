"""Which revisions a data command is about: the workspace, branches, tags, all commits, all experiments."""

from __future__ import annotations

from datetime import date

from gitexp.dataclass import dataclass
from gitexp.errors import Exit, ExpError
from gitexp.experiment.find import EXPERIMENTS, list_experiments, resolve_commit
from gitexp.git.command import run_git
from gitexp.git.refs import list_refs
from gitexp.git.repo import Repo, read_head


@dataclass(frozen=True, slots=True)
class CommitScope:
    """The choice. `num` is how many first parents of each of `revs` (that one included); -1 for all."""

    workspace: bool = False
    branches: bool = False
    tags: bool = False
    all_commits: bool = False
    experiments: bool = False
    revs: tuple[str, ...] = ()
    num: int = 1
    commits: tuple[str, ...] = ()  # ids that are known
    since: str | None = None  # a date, YYYY-MM-DD: all commits from that day on

    @property
    def is_empty(self) -> bool:
        return self == CommitScope(num=self.num)


def commits_in(repo: Repo, scope: CommitScope) -> list[str]:
    """The commits of a scope, each once. Raises ExpError for a revision that does not exist."""
    found = [*scope.commits, *(oid for rev in scope.revs for oid in _back_from(repo, rev, scope.num))]
    head = read_head(repo).commit
    # Everything that refs reach but experiments, which are chosen by themselves, and what we keep.
    refs = [f"--exclude={EXPERIMENTS}*", "--exclude=refs/gitexp/*", "--all"]
    if scope.all_commits and head is not None:
        found += run_git(repo.work_tree, "rev-list", *refs, "HEAD").text.split()
    if scope.since is not None and head is not None:
        since = f"--since={_day(scope.since)}T00:00:00"
        found += run_git(repo.work_tree, "rev-list", since, *refs, "HEAD").text.split()
    for prefix, wanted in (("refs/heads/", scope.branches), ("refs/tags/", scope.tags)):
        if wanted:
            found += [ref.oid for ref in list_refs(repo, prefix)]
    if scope.experiments:
        found += [one.commit for one in list_experiments(repo)]
    return list(dict.fromkeys(found))


def _day(written: str) -> str:
    try:
        return date.fromisoformat(written).isoformat()
    except ValueError:
        raise ExpError(f"'{written}' is no date.", "like this: 2026-11-28.", Exit.USAGE) from None


def _back_from(repo: Repo, rev: str, num: int) -> list[str]:
    commit = resolve_commit(repo, rev)
    if num == 1:
        return [commit]
    limit = [] if num < 0 else [f"--max-count={num}"]
    return run_git(repo.work_tree, "rev-list", "--first-parent", *limit, commit).text.split()
