"""`exp push`: experiments to a Git remote. A different experiment of the same name there is never replaced
unless asked for, and then only the one that was seen."""

from __future__ import annotations

from collections.abc import Sequence

from gitexp.experiment.environment.share import environment_refs
from gitexp.experiment.experiment import Experiment
from gitexp.experiment.find import EXPERIMENTS
from gitexp.experiment.notes import push_notes
from gitexp.experiment.operations import RefMove, named
from gitexp.experiment.share.shared import RemoteState, Shared, move_remote_refs, read_remote
from gitexp.git.refs import list_refs
from gitexp.git.repo import Repo
from gitexp.git.transport import Pushed, compact, push_what_can

_ANOTHER = ("fetch first", "non-fast-forward", "needs force", "already exists", "stale info")


def push_experiments(
    repo: Repo, remote: str, chosen: Sequence[Experiment], force: bool = False, prune: bool = False
) -> Shared:
    """Push experiments with the remarks on them: one git process, unless something has to be overwritten.

    With `force` a different experiment of the same name is replaced there (and kept here, for undo). With
    `prune` those go from the remote whose baseline `chosen` has too and that are not here.
    Raises ExpError when the remote can't be used.
    """
    there = read_remote(repo, remote) if force or prune else None
    if there is None:
        shared = _sorted_out(chosen, _push(repo, remote, chosen))
    else:
        shared = _push_over(repo, remote, chosen, there, force, prune)
    push_notes(repo, remote, [*shared.moved, *shared.unchanged])
    return shared


def _push(repo: Repo, remote: str, chosen: Sequence[Experiment]) -> list[Pushed]:
    """Without force Git itself refuses to replace a commit by one that does not follow from it."""
    known = [ref.name for ref in list_refs(repo, EXPERIMENTS)]
    records = [f"{ref}:{ref}" for ref in environment_refs(repo, chosen)]
    return push_what_can(repo, remote, [*compact([one.ref for one in chosen], known), *records])


def _push_over(
    repo: Repo, remote: str, chosen: Sequence[Experiment], there: RemoteState, force: bool, prune: bool
) -> Shared:
    other = [one for one in chosen if _commit(there, one) not in (None, one.commit)] if force else []
    moves = [RefMove(one.ref, _commit(there, one), one.commit) for one in other]
    gone = _only_there(repo, chosen, there) if prune else []
    moves += [RefMove(one.ref, one.commit, None) for one in gone]
    what = f"push {'-f' if other else '--prune'} {remote} {named([*other, *gone])}"
    results = move_remote_refs(repo, remote, what, moves)
    results += _push(repo, remote, [one for one in chosen if one not in other])
    removed = {result.ref for result in results if result.outcome == "deleted"}
    shared = _sorted_out(chosen, results)
    return Shared(
        shared.moved,
        shared.unchanged,
        shared.diverged,
        tuple(one for one in gone if one.ref in removed),
        shared.refused,
    )


def _only_there(repo: Repo, chosen: Sequence[Experiment], there: RemoteState) -> list[Experiment]:
    here = {ref.name for ref in list_refs(repo, EXPERIMENTS)}
    baselines = {one.baseline for one in chosen}
    return [one for ref, one in there.experiments.items() if ref not in here and one.baseline in baselines]


def _commit(there: RemoteState, one: Experiment) -> str | None:
    found = there.experiments.get(one.ref)
    return found.commit if found else None


def _sorted_out(chosen: Sequence[Experiment], results: Sequence[Pushed]) -> Shared:
    by_ref = {result.ref: result for result in results}
    told = [(one, by_ref[one.ref]) for one in chosen if one.ref in by_ref]
    diverged = [one for one, result in told if result.refused and result.reason in _ANOTHER]
    return Shared(
        moved=tuple(one for one, result in told if result.outcome in ("new", "updated", "forced")),
        unchanged=tuple(one for one, result in told if result.outcome == "unchanged"),
        diverged=tuple(diverged),
        refused=tuple((one, result.reason) for one, result in told if result.refused and one not in diverged),
    )
