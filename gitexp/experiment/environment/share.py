"""Records of environments go where the experiments go that name them: see environment_refs for what they are.

Apart from it, because a push reads neither pipelines nor records: it loads next to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress

from gitexp.errors import ExpError
from gitexp.experiment.experiment import Experiment
from gitexp.git.bulk_objects import MANY, BulkReader
from gitexp.git.objects import ObjectReader
from gitexp.git.refs import list_refs
from gitexp.git.repo import Repo
from gitexp.git.transport import fetch

ENVIRONMENTS = "refs/gitexp/environments/"

_TRAILER = re.compile(r"^Gitexp-Environment: ([0-9a-f]{40}(?:[0-9a-f]{24})?)$", re.MULTILINE)


def environment_refs(repo: Repo, experiments: Sequence[Experiment]) -> list[str]:
    """The refs of the records that experiments name, of those that are here. No process if there are none."""
    here = {ref.oid: ref.name for ref in list_refs(repo, ENVIRONMENTS)}
    return [here[oid] for oid in _named(repo, experiments) if oid in here] if here else []


def fetch_environments(
    repo: Repo, remote: str, there: Collection[str], experiments: Sequence[Experiment]
) -> None:
    """Fetch the records that experiments name, are not here, and are among the refs `there`.

    Nothing is raised: an experiment is whole without its record.
    """
    known = {ref.name for ref in list_refs(repo, ENVIRONMENTS)}
    missing = set(there) - known
    wanted = [ENVIRONMENTS + oid for oid in _named(repo, experiments)] if missing else []
    refspecs = [f"{ref}:{ref}" for ref in wanted if ref in missing]
    if refspecs:
        with suppress(ExpError):
            fetch(repo, remote, refspecs)


def _named(repo: Repo, experiments: Iterable[Experiment]) -> list[str]:
    """Ids of the records that experiments name, each once."""
    commits = [one.commit for one in experiments]
    with BulkReader(repo) if len(commits) > MANY else ObjectReader(repo) as reader:
        found = reader.commits(commits)
    named = (_TRAILER.search(commit.message.rpartition("\n\n")[2]) for commit in found.values())
    return list(dict.fromkeys(match[1] for match in named if match))
