"""Run one entry of a queue on a machine that shares nothing with the queue, and send home what came of it.

    is it wanted, and not done yet? -> fetch its parcel -> run it with the engine of `exp run`
    -> push its data -> push refs/exps/… and refs/gitexp/ended/<entry>, both only if they do not exist

The last push is the commit point: before it nobody has heard of the run, and any number of workers may have
begun it; after it every other one finds the entry ended. Git's and the data remote's credentials are the
worker's own. While it runs, its process can be asked how it gets on (`gitexp.queue.far.runs`).
"""

from __future__ import annotations

import shutil
import socket
import time
from contextlib import suppress
from dataclasses import replace
from enum import Enum

from gitexp import __version__
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.ending import Ending
from gitexp.experiment.experiment import Experiment
from gitexp.experiment.jobs.joblog import job_of_entry
from gitexp.experiment.jobs.run_note import RunNote, note_of_job, running_file
from gitexp.experiment.kept import BEGUN, FAILED
from gitexp.experiment.message import parse
from gitexp.experiment.record import RunResult, State, Watcher, unwatched
from gitexp.git.objects import ObjectReader
from gitexp.git.owner import this_process
from gitexp.git.refs import RefChange, change_refs, list_refs, read_ref
from gitexp.git.repo import Repo
from gitexp.git.transport import list_remote
from gitexp.project import Project
from gitexp.queue.execute import open_engine
from gitexp.queue.far.claims import WideLocks, far_claims
from gitexp.queue.far.data import send_data
from gitexp.queue.far.parcel import Waybill, unpack
from gitexp.queue.far.runs import FarRun, under_way
from gitexp.queue.far.sending import Sending, send
from gitexp.queue.far.tidings import ended_ref
from gitexp.queue.job import QueuedJob
from gitexp.queue.outpost import Outpost, fetch_parcel, open_outpost, project_of


class Outcome(Enum):
    """What became of a waybill at this worker."""

    SENT = "sent"  # run, and what came of it is on the remote
    ENDED = "ended"  # somebody had sent it before
    WITHDRAWN = "withdrawn"  # its parcel is gone: nobody wants it any more
    STOPPED = "stopped"  # the worker had to stop; nobody has been told


@dataclass(frozen=True, slots=True)
class FarResult:
    """`state` is a value of State, where the entry was run here; `why` it failed."""

    outcome: Outcome
    state: str = ""
    why: str = ""


def run_waybill(
    waybill: Waybill,
    run: FarRun | None = None,
    watcher: Watcher = unwatched,
    jobs: int = 1,
    gpus: str = "",
    locks: WideLocks | None = None,
) -> FarResult:
    """Run the entry that a waybill means and send home how it ended. Safe to run twice, anywhere.

    `run` is how others ask it to stop. `jobs`: stage commands at once; `gpus`: the devices that they share;
    `locks`: those that all workers of the engine see.
    Raises ExpError when a remote can't be reached, or the result can't be sent: then nobody has been told,
    and it can be run again.
    """
    with under_way(waybill.entry, run) as mine:
        outpost = open_outpost(waybill)
        there = list_remote(outpost.clone, waybill.url, waybill.ref, ended_ref(waybill.entry))
        names = {ref.name for ref in there}
        if ended_ref(waybill.entry) in names:
            return FarResult(Outcome.ENDED)
        if waybill.ref not in names:
            return FarResult(Outcome.WITHDRAWN)
        fetch_parcel(outpost, waybill)
        mine.clone = outpost.clone
        return _Task(waybill, outpost, unpack(outpost.clone, waybill), mine, gpus, locks).run(watcher, jobs)


@dataclass(frozen=True, slots=True)
class _Task:
    """One entry at work in the clone of its outpost."""

    waybill: Waybill
    outpost: Outpost
    job: QueuedJob
    asked: FarRun
    gpus: str
    locks: WideLocks | None

    @property
    def clone(self) -> Repo:
        return self.outpost.clone

    def run(self, watcher: Watcher, jobs: int) -> FarResult:
        """Run the entry, and send what came of it."""
        began = time.time()
        try:
            self._forget_others()
            note = self._run(watcher, jobs, began)
            if self.asked.abandoned:
                return FarResult(Outcome.STOPPED)
            sent = send(Sending(self.clone, self.waybill.url, self.job, note, self.asked.stop))
        finally:
            self._tidy()
        if sent is None:
            return FarResult(Outcome.ENDED)
        return FarResult(Outcome.SENT, sent.state, sent.why if sent.state != State.SUCCESS.value else "")

    def _run(self, watcher: Watcher, jobs: int, began: float) -> RunNote:
        """The note of the run, with its ending; whatever went wrong, there is one."""
        try:
            if self.waybill.version != __version__:
                raise ExpError(
                    f"the worker on {socket.gethostname()} has gitexp {__version__}, "
                    f"the queue has {self.waybill.version}.",
                    "install the same on both; `exp queue doctor` checks.",
                )
            project = project_of(self.outpost, self.job.attempt.tree, self.job.prefix)
            self._carry_out(project, watcher, jobs)
            note = note_of_job(self.clone, self.job.id)
            if note is None or note.ending is None:
                raise ExpError("the run left no word of how it ended.")
            if note.ending.commit is not None and not self.asked.abandoned:
                send_data(project, note.ending.commit)
            return note
        except (ExpError, OSError) as error:
            return self._failed(error, began)

    def _carry_out(self, project: Project, watcher: Watcher, jobs: int) -> RunResult:
        asked = self.job.request
        terms = replace(asked.terms, pull=bool(project.settings.remotes))
        # What a former life of the entry left in this clone, but did not send, counts.
        job = replace(self.job, lost=max(1, self.job.lost), request=replace(asked, terms=terms))
        claims = far_claims(project, self.waybill.url, self.locks)
        with open_engine(project, jobs, self.gpus, claims) as engine:
            return engine(job, self.asked.stop, watcher)

    def _failed(self, error: Exception, began: float) -> RunNote:
        """The note of a run that came to nothing, or whose data could not be sent."""
        words = error.message if isinstance(error, ExpError) else str(error)
        if isinstance(error, ExpError) and error.hint:
            words = f"{words} ({error.hint})"
        now = time.time()
        ending = Ending(State.FAILED.value, message=words, seconds=round(now - began, 3), at=now)
        note = note_of_job(self.clone, self.job.id)
        if note is not None:
            commit = note.ending.commit if note.ending else None
            return replace(note, root="", ending=replace(ending, commit=commit))
        job = self.job
        request = replace(job.request, overrides=job.attempt.overrides, name=job.name)
        return RunNote(
            job.id, job.attempt, request, this_process(), began, job.folder, job.prefix, True, ending=ending
        )

    def _forget_others(self) -> None:
        """Another experiment that had this name in this clone is on the remote, or lost with its worker."""
        ref = Experiment(self.job.name, "", self.job.attempt.baseline).ref
        found = read_ref(self.clone, ref)
        if found is None:
            return
        with ObjectReader(self.clone) as reader:
            commit = reader.commit(found)
        if commit is None or parse(commit.message).job != self.job.id:
            change_refs(self.clone, [RefChange(ref, new=None, old=None)])

    def _tidy(self) -> None:
        """The clone keeps nothing of the run: all that counts is on the remotes, or not wanted."""
        attempt = self.job.attempt
        kept = [f"{prefix}{attempt.baseline}/{attempt.name}/" for prefix in (FAILED, BEGUN)]
        refs = [ref for prefix in kept for ref in list_refs(self.clone, prefix)]
        names = [ref.name for ref in refs] + [Experiment(attempt.name, "", attempt.baseline).ref]
        gone = [name for name in names if read_ref(self.clone, name) is not None]
        with suppress(ExpError):
            change_refs(self.clone, [RefChange(name, new=None, old=None) for name in gone])
        shutil.rmtree(job_of_entry(self.clone, self.job.id).folder, ignore_errors=True)
        running_file(self.clone, self.job.id).unlink(missing_ok=True)
