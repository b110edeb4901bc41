"""Runs that failed or were interrupted: how each ended, what it was, and removing them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gitexp.dataclass import dataclass
from gitexp.experiment.ending import Ending
from gitexp.experiment.environment.record import Environment
from gitexp.experiment.find import list_experiments
from gitexp.experiment.kept import FAILED, Kept, begun_ref, list_kept, new_failed
from gitexp.experiment.message import Trailers, parse
from gitexp.experiment.operations import RefMove, move_refs
from gitexp.experiment.record import State
from gitexp.experiment.request import Attempt
from gitexp.git.objects import Commit, ObjectReader
from gitexp.git.refs import RefChange, change_refs, read_ref
from gitexp.git.repo import Repo


@dataclass(frozen=True, slots=True)
class FailedRun:
    """What was kept of a run that became no experiment."""

    kept: Kept
    commit: Commit
    trailers: Trailers
    environment: Environment | None = None  # what it ran in, where that was asked for

    @property
    def name(self) -> str:
        return self.kept.name

    @property
    def ending(self) -> Ending:
        return self.trailers.ending or Ending(State.FAILED.value)

    @property
    def state(self) -> State:
        return State(self.ending.state)


def failed_runs(repo: Repo, reader: ObjectReader, baselines: Iterable[str] | None = None) -> list[FailedRun]:
    """The last failure of each name on these baselines, or all; oldest first.

    A name that an experiment has by now is left out: it was tried again, and it went well.
    """
    wanted = None if baselines is None else set(baselines)
    last = {(kept.baseline, kept.name): kept for kept in list_kept(repo, FAILED)}
    if not last:
        return []
    done = {(found.baseline, found.name) for found in list_experiments(repo)}
    chosen = [
        kept for key, kept in last.items() if key not in done and (wanted is None or kept.baseline in wanted)
    ]
    commits = reader.commits(kept.commit for kept in chosen)
    return [
        FailedRun(kept, commits[kept.commit], parse(commits[kept.commit].message))
        for kept in chosen
        if kept.commit in commits
    ]


def keep_failed(repo: Repo, attempt: Attempt, commit: str, begun: str) -> Kept:
    """Keep from `git gc` a commit that became no experiment, and the tree `begun` that its run began with."""
    kept = new_failed(attempt.baseline, attempt.name, commit)
    changes = [RefChange(kept.ref, new=commit, old=None), RefChange(begun_ref(kept), new=begun, old=None)]
    change_refs(repo, changes, "exp run: failed")
    return kept


def remove_failed(repo: Repo, names: Sequence[str] | None = None) -> list[Kept]:
    """Forget what was kept of the failed runs of these names, or of all; `exp undo` brings them back."""
    chosen = [kept for kept in list_kept(repo, FAILED) if names is None or kept.name in names]
    moves = [RefMove(kept.ref, kept.commit, None) for kept in chosen]
    for kept in chosen:
        begun = read_ref(repo, begun_ref(kept))
        if begun is not None:
            moves.append(RefMove(begun_ref(kept), begun, None))
    if moves:
        move_refs(repo, f"remove {', '.join(dict.fromkeys(kept.name for kept in chosen))}", moves)
    return chosen
