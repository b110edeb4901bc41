"""Where baselines went: of each that no branch reaches any more, what a rebase or an amend made of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from gitexp.git.repo import Repo
from gitexp.git.rewritten import rewritten_commits


def fates_of(repo: Repo, baselines: Collection[str], names: Mapping[str, str]) -> dict[str, str]:
    """Baseline -> 'now main', 'now 1a2b3c4', 'on no branch'; nothing for those that branches reach."""
    found = rewritten_commits(repo, baselines)
    return {
        baseline: f"now {names.get(now, now[:7])}" if now else "on no branch"
        for baseline, now in found.items()
    }
