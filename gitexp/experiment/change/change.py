"""Branch, rename and remove experiments. Nothing is lost: each of these can be undone."""

from __future__ import annotations

from collections.abc import Sequence

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.experiment import Experiment
from gitexp.experiment.find import find_experiment, find_experiments, list_experiments, resolve_rev
from gitexp.experiment.names import check_branch_name, check_name
from gitexp.experiment.operations import RefMove, move_refs, named
from gitexp.experiment.roots import of_root
from gitexp.git.refs import RefConflict, read_ref
from gitexp.git.repo import Repo


def branch_experiment(repo: Repo, word: str, branch: str | None = None) -> str:
    """Make a branch at an experiment's commit and return its name; `<experiment>-branch` by default.

    The branch is not checked out. Raises ExpError when the branch exists.
    """
    revision = resolve_rev(repo, word)
    name = branch or f"{revision.experiment.name if revision.experiment else word}-branch"
    check_branch_name(name)
    try:
        move_refs(repo, f"branch {word} {name}", [RefMove(f"refs/heads/{name}", None, revision.commit)])
    except RefConflict as conflict:
        raise ExpError(
            f"there is a branch '{name}' already.", f"choose another name: `exp branch {word} NEW-NAME`."
        ) from conflict
    return name


def rename_experiment(repo: Repo, word: str, name: str, force: bool = False) -> Experiment:
    """Give an experiment another name on the same baseline; the commit stays as it is.

    With `force` an experiment that has the name already is removed (and kept for undo).
    """
    check_name(name)
    old = find_experiment(repo, word)
    new = Experiment(name, old.commit, old.baseline)
    if new == old:
        return old
    taken = read_ref(repo, new.ref)
    if taken is not None and not force:
        raise ExpError(
            f"there is an experiment '{name}' on this baseline already.",
            "add `-f` to put the renamed one in its place.",
        )
    moves = [RefMove(new.ref, taken, new.commit), RefMove(old.ref, old.commit, None)]
    move_refs(repo, f"rename {old.name} {name}", moves)
    return new


@dataclass(frozen=True, slots=True)
class RemoveRequest:
    """Which experiments go: those named, or all of `baselines`; `everything` is every baseline.

    `keep` turns the named ones into those that stay, of all the baselines chosen.
    """

    words: tuple[str, ...] = ()
    baselines: tuple[str, ...] = ()
    everything: bool = False
    keep: bool = False


def remove_experiments(repo: Repo, request: RemoveRequest, prefix: str = "") -> list[Experiment]:
    """Remove experiments, all or none, and return them. An unknown name is an ExpError and nothing goes.

    Of those not named only the ones of the DVC root at `prefix` go: others in the repository are not meant.
    """
    chosen = _chosen(repo, request, prefix)
    moves = [RefMove(one.ref, one.commit, None) for one in chosen]
    move_refs(repo, f"remove {named(chosen)}", moves)
    return chosen


def _chosen(repo: Repo, request: RemoveRequest, prefix: str) -> list[Experiment]:
    if not (request.words or request.baselines or request.everything):
        raise ExpError(
            "which experiments?", "name them, or say `--rev REV` for those of a commit, `-A` for all."
        )
    named = find_experiments(repo, request.words)
    if request.words and not (request.keep or request.baselines or request.everything):
        return named
    found = list_experiments(
        repo, request.baselines if request.baselines and not request.everything else None
    )
    others = _without(of_root(repo, prefix, found), named)
    return others if request.keep else [*named, *others]


def _without(experiments: Sequence[Experiment], named: Sequence[Experiment]) -> list[Experiment]:
    names = set(named)
    return [experiment for experiment in experiments if experiment not in names]
