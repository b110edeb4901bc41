"""The last act of a run elsewhere: its refs go to the Git remote, if nobody else has sent them before."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from random import random
from typing import TypeVar

from gitexp.build.stop import Stop
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.ending import Ending
from gitexp.experiment.environment.share import ENVIRONMENTS
from gitexp.experiment.experiment import Experiment
from gitexp.experiment.jobs.joblog import job_of_entry
from gitexp.experiment.jobs.run_note import RunNote
from gitexp.experiment.message import parse, renamed
from gitexp.experiment.names import random_name
from gitexp.experiment.record import State
from gitexp.experiment.run.prepare import name_taken
from gitexp.git.objects import Commit, ObjectReader, write_commit
from gitexp.git.repo import Repo
from gitexp.git.transport import AtomicUnsupported, fetch, list_remote, push
from gitexp.queue.far.tidings import ended_ref, write_tidings
from gitexp.queue.job import QueuedJob

T = TypeVar("T")

_TRIES, _PAUSE = 6, 1.0  # and seconds before the second try, doubled each time
_ROUNDS = 5  # of names that turn out to be taken
_SEEN = "refs/gitexp/seen/"
_sent: set[tuple[str, str]] = set()  # records of environments that this process has pushed, by remote


@dataclass(frozen=True, slots=True)
class Sending:
    """A run that is over, with its note. `stop` gives up trying again."""

    clone: Repo
    url: str
    job: QueuedJob
    note: RunNote
    stop: Stop

    @property
    def ending(self) -> Ending:
        return self.note.ending or Ending(State.FAILED.value)

    @property
    def commit(self) -> str | None:
        """The experiment, or what was kept of a failed run."""
        return self.ending.commit

    @property
    def ref(self) -> str | None:
        """The experiment's ref; None for a run that failed."""
        if self.ending.state != State.SUCCESS.value or self.commit is None:
            return None
        return Experiment(self.note.name, "", self.job.attempt.baseline).ref


def send(sending: Sending) -> Ending | None:
    """Push experiment and tidings; how the run is said to have ended. None: somebody else has said it.

    A name that another experiment has by now is given up, or the run failed, as with `exp run`. Raises
    ExpError when the remote does not take it, or can't be reached for a minute.
    """
    over: str | None = None  # what a forced run replaces
    refused = None
    for round_ in range(_ROUNDS):
        refused = _insist(sending.stop, partial(_push, sending, over))
        if not refused:
            return sending.ending
        ended, experiment = _insist(sending.stop, partial(_look, sending))
        if ended is not None:
            return None
        if experiment is not None and sending.ref is not None:
            sending, over, refused = *_other_way(sending, experiment), None
        elif round_ + 1 < _ROUNDS:
            # Of several that push the record of one environment at once all but one are refused.
            time.sleep(random() * (round_ + 1))
    if refused:
        raise ExpError(f"Git remote '{sending.url}' does not take {refused[0]}: {refused[1]}")
    raise ExpError(f"'{sending.job.name}': every name that was tried is taken on '{sending.url}'.")


def _push(sending: Sending, over: str | None) -> tuple[str, str] | None:
    """Push the refs, all or none where the remote can; the first one refused, and why."""
    clone, url = sending.clone, sending.url
    log = job_of_entry(clone, sending.job.id).log
    told = ended_ref(sending.job.id)
    specs = [f"{write_tidings(clone, sending.note, sending.commit, log)}:{told}"]
    leases = {told: ""}
    record = sending.note.attempt.environment
    if record is not None and (url, record) not in _sent:
        specs.append(f"{record}:{ENVIRONMENTS}{record}")  # named by its content: there it is no other
    if sending.ref is not None and over != sending.commit:
        specs.insert(0, f"{sending.commit}:{sending.ref}")
        leases[sending.ref] = over or ""
    try:
        batches = [push(clone, url, specs, leases, atomic=True)]
    except AtomicUnsupported:
        batches = []
        for spec in specs:  # the experiment first: tidings of what is not there would be a lie
            batches.append(push(clone, url, [spec], leases))
            if batches[-1][0].refused:
                break
    if record is not None:
        _sent.add((url, record))
    refused = [one for batch in batches for one in batch if one.refused]
    # In a transaction the others are refused on account of one: that one tells why.
    own = next((one for one in refused if not one.reason.startswith("atomic ")), None)
    first = own or next(iter(refused), None)
    return (first.ref, first.reason) if first else None


def _look(sending: Sending) -> tuple[str | None, str | None]:
    """What the remote has now: the tidings of this entry, an experiment of this name."""
    wanted = [ended_ref(sending.job.id), *([sending.ref] if sending.ref else [])]
    found = {ref.name: ref.oid for ref in list_remote(sending.clone, sending.url, *wanted)}
    return found.get(wanted[0]), found.get(sending.ref) if sending.ref else None


def _other_way(sending: Sending, there: str) -> tuple[Sending, str | None]:
    """What to send instead, where the remote has another experiment of that name; what it replaces."""
    theirs = _fetch(sending, there)
    if theirs is not None and parse(theirs.message).job == sending.job.id:
        # An earlier life of this entry came so far, on a remote that knows no transactions.
        return _with_ending(sending, commit=there), there
    attempt = sending.job.attempt
    if not attempt.chosen:
        return _with_name(sending, random_name(_names_there(sending))), None
    if sending.job.request.force:
        return sending, there
    return _with_ending(sending, state=State.FAILED.value, message=name_taken(attempt.name).message), None


def _fetch(sending: Sending, commit: str) -> Commit | None:
    seen = f"{_SEEN}{sending.job.id}"
    _insist(sending.stop, lambda: fetch(sending.clone, sending.url, [f"+{sending.ref}:{seen}"]))
    with ObjectReader(sending.clone) as reader:
        return reader.commit(commit)


def _names_there(sending: Sending) -> set[str]:
    folder = f"{(sending.ref or '').rpartition('/')[0]}/"
    found = _insist(sending.stop, lambda: list_remote(sending.clone, sending.url, folder))
    return {ref.name.removeprefix(folder) for ref in found}


def _with_ending(sending: Sending, **changes: str) -> Sending:
    ending = replace(sending.ending, **changes)  # type: ignore[arg-type]
    return replace(sending, note=replace(sending.note, ending=ending))


def _with_name(sending: Sending, name: str) -> Sending:
    """The same experiment under another name, which its message tells."""
    with ObjectReader(sending.clone) as reader:
        commit = reader.commit(sending.commit or "")
    if commit is None:
        raise ExpError(f"the commit of '{sending.note.name}' is gone.")
    message = renamed(commit.message, sending.note.name, name)
    again = write_commit(sending.clone, commit.tree, commit.parents, message)
    note = replace(sending.note, attempt=replace(sending.note.attempt, name=name))
    return _with_ending(replace(sending, note=note), commit=again)


def _insist(stop: Stop, act: Callable[[], T]) -> T:
    """Try again for a minute: the network may come back, and hours of work depend on it."""
    for tried in range(1, _TRIES + 1):
        try:
            return act()
        except ExpError:
            if tried == _TRIES or stop.level > 1:
                raise
            time.sleep(_PAUSE * 2 ** (tried - 1))
    raise AssertionError  # the last try returns or raises
