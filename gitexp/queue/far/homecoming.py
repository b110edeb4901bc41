"""The queue takes in what runs elsewhere sent to the Git remote: experiments, failed runs, logs.

One question for all entries, one fetch for those that have ended, one push that removes their tidings there.
Whatever is interrupted is done by the next who looks: tidings go from the remote last.
"""

from __future__ import annotations

import calendar
import shutil
import time
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from gitexp.atomic import write_atomic
from gitexp.experiment.ending import Ending
from gitexp.experiment.environment.share import ENVIRONMENTS
from gitexp.experiment.experiment import Experiment
from gitexp.experiment.jobs.failed import keep_failed
from gitexp.experiment.jobs.joblog import job_of_entry
from gitexp.experiment.jobs.run_note import ended_file, running_file
from gitexp.experiment.json_record import dump_record
from gitexp.experiment.operations import RefMove, move_refs
from gitexp.experiment.record import State
from gitexp.git.pool_slot import alone
from gitexp.git.refs import RefChange, RefConflict, change_refs, create_ref, list_refs, read_ref
from gitexp.git.repo import Repo
from gitexp.git.transport import compact, fetch, list_remote, push
from gitexp.queue.board import Board, open_board
from gitexp.queue.far.parcel import PARCELS
from gitexp.queue.far.tidings import ENDED, Tidings, ended_ref, read_many
from gitexp.queue.job import Place, QueuedJob

_MOST_GROUPS = 20  # that are asked for one by one
_YOUNG = 600.0  # seconds in which a parcel may not have tickets yet


def come_home(repo: Repo, remote: str, entries: Collection[str]) -> set[str]:
    """Take in those of `entries` (ids) that have ended elsewhere; which they are. They leave `submitted` and
    `running` for where their ending belongs.

    Raises ExpError when the Git remote can't be asked.
    """
    if not entries:
        return set()
    there = [ref.name for ref in list_remote(repo, remote, *_patterns(entries))]
    wanted = [ref for ref in there if ref.removeprefix(ENDED) in entries]
    if not wanted:
        return set()
    board = open_board(repo)
    with alone(board.folder / "homecoming.lock"):
        fetch(repo, remote, [f"+{spec}" if spec[0] != "^" else spec for spec in compact(wanted, there)])
        found = {ref.name.removeprefix(ENDED): ref.oid for ref in list_refs(repo, ENDED)}
        told = read_many(repo, list(found.values()))
        home = {entry: told[oid] for entry, oid in found.items() if oid in told and entry in entries}
        open_ones = {job.id: (place, job) for place, job in board.entries(Place.SUBMITTED, Place.RUNNING)}
        for entry in home.keys() & open_ones.keys():
            _take_in(repo, board, *open_ones[entry], home[entry])
        _let_go(repo, remote, [ended_ref(entry) for entry in home], list(found))
    return set(home)


def _patterns(entries: Iterable[str]) -> list[str]:
    groups = sorted({entry.rpartition("-")[0] for entry in entries})
    return [f"{ENDED}{group}-" for group in groups] if len(groups) <= _MOST_GROUPS else [ENDED]


def _take_in(repo: Repo, board: Board, place: Place, job: QueuedJob, tidings: Tidings) -> None:
    """Settle one entry."""
    ending = tidings.note.ending or Ending(State.FAILED.value, message="it did not say how it ended")
    folder = job_of_entry(repo, job.id)
    write_atomic(folder.log, tidings.log)
    write_atomic(ended_file(folder), dump_record(replace(tidings.note, root="")))
    done = ending.state == State.SUCCESS.value
    if tidings.commit is not None:
        ending = replace(ending, commit=tidings.commit)
        if done:
            ending = _publish(repo, job, tidings, tidings.commit, ending)
        else:
            keep_failed(repo, job.attempt, tidings.commit, job.attempt.tree)
    if tidings.environment is not None and read_ref(repo, ENVIRONMENTS + tidings.environment) is None:
        with suppress(RefConflict):  # it is known here
            create_ref(repo, ENVIRONMENTS + tidings.environment, tidings.environment)
    forget_progress(repo, job.id)
    board.take_kill(job)
    named = replace(job, attempt=replace(job.attempt, name=tidings.note.name))
    # The file's name does not hold the experiment's: the entry moves as it was and is written as it is.
    board.end(named, ending, Place.SUCCESS if done else Place.FAILED, place)


def _publish(repo: Repo, job: QueuedJob, tidings: Tidings, commit: str, ending: Ending) -> Ending:
    """Give the experiment its ref here; another one of its name stays, unless the run was to replace it."""
    experiment = Experiment(tidings.note.name, commit, job.attempt.baseline)
    here = read_ref(repo, experiment.ref)
    if here == commit:
        return ending
    if here is not None and job.request.force and job.attempt.chosen:
        move_refs(repo, f"run -f -n {experiment.name}", [RefMove(experiment.ref, here, commit)])
        return ending
    try:
        change_refs(repo, [RefChange(experiment.ref, commit, None)], f"exp run: {experiment.name}")
    except RefConflict:
        hint = f"'{experiment.name}' here is another experiment; `exp pull -f` replaces it"
        return replace(ending, message=hint)
    return ending


def _let_go(repo: Repo, remote: str, told: list[str], here: Iterable[str]) -> None:
    """Tidings that have been taken in go, there and here."""
    if told:
        push(repo, remote, [f":{ref}" for ref in told])
    change_refs(repo, [RefChange(ended_ref(entry), new=None, old=None) for entry in here])


def drop_parcels(repo: Repo, remote: str, in_use: Collection[str]) -> list[str]:
    """Remove from the remote the parcels sent from here that none of `in_use` (refs) is; those removed."""
    ours = [ref for ref in list_refs(repo, PARCELS) if ref.name not in in_use and _is_settled(ref.name)]
    if ours:
        push(repo, remote, [f":{ref.name}" for ref in ours])
        change_refs(repo, [RefChange(ref.name, new=None, old=ref.oid) for ref in ours])
    return [ref.name for ref in ours]


def _is_settled(ref: str) -> bool:
    """Whether it was sent so long ago that its tickets must be there; its name begins with the time."""
    try:
        sent = calendar.timegm(time.strptime(ref.removeprefix(PARCELS)[:15], "%Y%m%d-%H%M%S"))
    except ValueError:
        return True
    return time.time() - sent > _YOUNG


def progress_folder(repo: Repo, entry: str) -> Path:
    """Where the metrics files of a run elsewhere are kept, as last seen."""
    return repo.state_dir / "far" / entry


def forget_progress(repo: Repo, entry: str) -> None:
    """The run is over, or has not begun (any more)."""
    running_file(repo, entry).unlink(missing_ok=True)
    shutil.rmtree(progress_folder(repo, entry), ignore_errors=True)
