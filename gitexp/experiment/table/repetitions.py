"""Which params are seeds, as experiments say it themselves: `exp run --seeds` notes what it repeated.

A param called `seed` is one by its name; `--seed-param fold` makes `fold` one, and only the trailers know.
"""

from __future__ import annotations

from collections.abc import Iterable

from gitexp.experiment.message import parse
from gitexp.experiment.record import Group, State
from gitexp.git.bulk_objects import MANY, BulkReader
from gitexp.git.objects import ObjectReader
from gitexp.git.repo import Repo


def seed_keys(repo: Repo, groups: Iterable[Group]) -> frozenset[str]:
    """The params (dotted, without their file) in which repetitions of one point were made to differ."""
    commits = [row.rev for group in groups for row in group.rows if row.state is State.SUCCESS]
    if not commits:
        return frozenset()
    with BulkReader(repo) if len(commits) > MANY else ObjectReader(repo) as reader:
        messages = [commit.message for commit in reader.commits(commits).values()]
    # The group is in few messages; parsing ten thousand to find none would take a third of a second.
    told = [parse(message) for message in messages if "\nGitexp-Group: " in message]
    return frozenset(_key(one.overrides[-1]) for one in told if one.group and one.overrides)


def _key(override: str) -> str:
    """'+params/a.yaml:train.fold=3' -> 'train.fold'. The seed is the last override of its point."""
    return override.partition("=")[0].lstrip("+").rpartition(":")[2]
