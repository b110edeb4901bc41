"""Experiments on a Git remote: which are there, and changing them in a way that can be taken back."""

from __future__ import annotations

from collections.abc import Sequence

from gitexp.dataclass import dataclass
from gitexp.experiment.environment.share import ENVIRONMENTS
from gitexp.experiment.experiment import Experiment
from gitexp.experiment.find import EXPERIMENTS, experiment_of_ref
from gitexp.experiment.kept import removed_ref, stamp
from gitexp.experiment.notes import NOTES
from gitexp.experiment.operations import Operation, RefMove, write_operation
from gitexp.git.refs import Ref, RefChange, change_refs
from gitexp.git.repo import Repo
from gitexp.git.transport import Pushed, fetch, list_remote, push_what_can


@dataclass(frozen=True, slots=True)
class RemoteState:
    """What a Git remote has: experiments by ref, the commit of the remarks on them, refs of environments."""

    experiments: dict[str, Experiment]
    notes: str | None = None
    environments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shared:
    """What became of the experiments of a push or a pull. `diverged`: the other side has another of the name.

    `removed` are those that the other side no longer had (`--prune`). `refused`: ref and reason.
    """

    moved: tuple[Experiment, ...] = ()
    unchanged: tuple[Experiment, ...] = ()
    diverged: tuple[Experiment, ...] = ()
    removed: tuple[Experiment, ...] = ()
    refused: tuple[tuple[Experiment, str], ...] = ()


def read_remote(repo: Repo, remote: str) -> RemoteState:
    """Ask a remote for its experiments: one process. Raises ExpError when it can't be reached."""
    refs = list_remote(repo, remote, EXPERIMENTS, NOTES, ENVIRONMENTS)
    found = {ref.name: experiment_of_ref(ref) for ref in refs}
    notes = next((ref.oid for ref in refs if ref.name == NOTES), None)
    records = tuple(ref.name for ref in refs if ref.name.startswith(ENVIRONMENTS))
    return RemoteState({name: one for name, one in found.items() if one is not None}, notes, records)


def move_remote_refs(repo: Repo, remote: str, what: str, moves: Sequence[RefMove]) -> list[Pushed]:
    """Change refs of a remote, each only if it still holds what its move says; those refused are named.

    What is overwritten or removed there is fetched first and kept here, so that `exp undo` can push it back.
    """
    if not moves:
        return []
    kept = _keep(repo, remote, moves)
    leases = {move.ref: move.old or "" for move in moves}
    refspecs = [f"{move.new or ''}:{move.ref}" for move in moves]
    results = push_what_can(repo, remote, refspecs, leases)
    refused = {result.ref for result in results if result.refused}
    done = tuple(move for move in moves if move.ref not in refused)
    if any(move.old for move in done):
        refs = tuple(kept[move.ref] for move in done if move.ref in kept)
        write_operation(repo, Operation(stamp(), what, done, refs, remote))
    not_needed = [RefChange(kept[ref], new=None, old=None) for ref in refused if ref in kept]
    change_refs(repo, not_needed)
    return results


def _keep(repo: Repo, remote: str, moves: Sequence[RefMove]) -> dict[str, str]:
    """Fetch what the moves take away; the ref that keeps each, by the ref that held it."""
    kept = {}
    for move in moves:
        gone = experiment_of_ref(Ref(move.ref, move.old)) if move.old else None
        if gone is not None:
            kept[move.ref] = removed_ref(gone)
    fetch(repo, remote, [f"{ref}:{keep}" for ref, keep in kept.items()])
    return kept
