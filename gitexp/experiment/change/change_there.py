"""Remove and rename experiments on a Git remote; those here stay as they are."""

from __future__ import annotations

from collections.abc import Sequence

from gitexp.errors import ExpError
from gitexp.experiment.choose import Choice, choose_there
from gitexp.experiment.experiment import Experiment
from gitexp.experiment.names import check_name
from gitexp.experiment.operations import RefMove, named
from gitexp.experiment.share.shared import move_remote_refs, read_remote
from gitexp.git.transport import Pushed
from gitexp.project import Project


def remove_there(project: Project, remote: str, choice: Choice, keep: bool = False) -> list[Experiment]:
    """Remove experiments from a remote and return them; with `keep`, all that `choice` does not mean.

    Raises ExpError for an unknown name, and when one was changed there meanwhile.
    """
    known = list(read_remote(project.repo, remote).experiments.values())
    chosen = choose_there(project, remote, known, choice)
    if keep:
        chosen = [one for one in known if one not in chosen]
    moves = [RefMove(one.ref, one.commit, None) for one in chosen]
    _require(move_remote_refs(project.repo, remote, f"remove -g {remote} {named(chosen)}", moves), remote)
    return chosen


def rename_there(project: Project, remote: str, word: str, name: str, force: bool = False) -> Experiment:
    """Give an experiment on a remote another name on the same baseline.

    Raises ExpError for an unknown one, and when the name is taken there, unless `force`.
    """
    check_name(name)
    there = read_remote(project.repo, remote)
    (old,) = choose_there(project, remote, list(there.experiments.values()), Choice((word,)))
    new = Experiment(name, old.commit, old.baseline)
    if new == old:
        return old
    taken = there.experiments.get(new.ref)
    if taken is not None and not force:
        raise ExpError(
            f"Git remote '{remote}' has an experiment '{name}' on this baseline already.",
            "add `-f` to put the renamed one in its place.",
        )
    moves = [
        RefMove(new.ref, taken.commit if taken else None, new.commit),
        RefMove(old.ref, old.commit, None),
    ]
    what = f"rename -g {remote} {old.name} {name}"
    _require(move_remote_refs(project.repo, remote, what, moves), remote)
    return new


def _require(results: Sequence[Pushed], remote: str) -> None:
    refused = [result for result in results if result.refused]
    if refused:
        raise ExpError(
            f"Git remote '{remote}' refused to change {refused[0].ref}: {refused[0].reason}",
            "somebody else may have changed it: look with `exp list`, then try again.",
        )
