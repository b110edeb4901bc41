"""Run a queued entry with the engine of `exp run`: same worktrees, same cache, same commit and ref."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from gitexp.build.claims import Claims
from gitexp.build.stop import Stop
from gitexp.experiment.find import experiment_of_ref
from gitexp.experiment.message import parse
from gitexp.experiment.record import Experiment, RunEnded, RunResult, State, Values, Watcher
from gitexp.experiment.request import RunRequest
from gitexp.experiment.run.attempt import run_attempt
from gitexp.experiment.run.carry import resolve_copies
from gitexp.experiment.run.part import run_part
from gitexp.experiment.run.run import push_made
from gitexp.experiment.run.session import Session, open_session, supplied
from gitexp.git.objects import ObjectReader
from gitexp.git.refs import Ref, read_ref
from gitexp.project import Project, find_project
from gitexp.queue.job import QueuedJob
from gitexp.queue.worker import RunJob


class Engine:
    """What the entries that one process runs share. Calling it runs one entry.

    The queue is one for the whole repository: an entry of another DVC root gets a session of its own there.
    """

    def __init__(self, session: Session, others: ExitStack) -> None:
        self._sessions = {session.project.prefix: session}
        self._own = session
        self._others = others  # closes the sessions of other roots
        self._baselines: dict[tuple[str, str], Values] = {}  # read once each
        self._lock = threading.Lock()

    def __call__(self, job: QueuedJob, stop: Stop, watcher: Watcher) -> RunResult:
        """Run `job` to its end. Safe to run twice: what a lost worker published before is taken as done."""
        return self._run(job, stop, watcher, {})

    def seeing(self, env: Mapping[str, str]) -> RunJob:
        """This engine, for commands that see these variables beside others."""

        def run(job: QueuedJob, stop: Stop, watcher: Watcher) -> RunResult:
            return self._run(job, stop, watcher, env)

        return run if env else self

    def _run(self, job: QueuedJob, stop: Stop, watcher: Watcher, env: Mapping[str, str]) -> RunResult:
        session = self._session(job)
        if env:
            session = replace(session, env={**session.env, **env})
        done = _published(session, job)
        if done is not None:
            result = RunResult(job.name, State.SUCCESS, done.baseline, done, overrides=job.attempt.overrides)
            watcher(RunEnded(result))
            return result
        result = run_attempt(_for_job(session, job, stop), job.attempt, self._base(session, job), watcher)
        push_made(session.project, [result], watcher)
        return result

    def part(self, job: QueuedJob, target: str, identity: str, stop: Stop, watcher: Watcher) -> RunResult:
        """Run one stage of `job` ahead of it: its result waits in the run cache. `identity`: of its log."""
        session = self._session(job)
        return run_part(_for_job(session, job, stop), job.attempt, target, identity, watcher)

    def _session(self, job: QueuedJob) -> Session:
        with self._lock:
            if job.prefix not in self._sessions:
                project = find_project(self._own.project.repo.work_tree / job.prefix)
                opened = self._others.enter_context(open_session(project, self._own.request, Stop()))
                own = self._own
                shared = replace(opened, slots=own.slots, jobs=own.jobs, claims=own.claims)
                self._sessions[job.prefix] = shared
            return self._sessions[job.prefix]

    def _base(self, session: Session, job: QueuedJob) -> Values:
        known = (job.prefix, job.attempt.baseline)
        with self._lock:
            if known not in self._baselines:
                self._baselines[known] = session.revisions.commit(job.attempt.baseline)
            return self._baselines[known]


def _for_job(session: Session, job: QueuedJob, stop: Stop) -> Session:
    project = replace(session.project, cwd=session.project.root / job.folder)
    request = replace(job.request, overrides=job.attempt.overrides, name=job.name)
    # The entry's own snapshot is all there is: later edits of the workspace are not its business.
    own = replace(
        session,
        project=project,
        request=request,
        copies=resolve_copies(project.repo, project.cwd, request.copy_paths),
        stop=stop,
        take_edits=False,
    )
    return supplied(own)


def _published(session: Session, job: QueuedJob) -> Experiment | None:
    """The experiment that this very entry made before its worker was lost, if it came so far."""
    if not job.lost:
        return None
    repo = session.project.repo
    wanted = Experiment(job.name, "", job.attempt.baseline)
    commit = read_ref(repo, wanted.ref)
    if commit is None:
        return None
    with ObjectReader(repo) as reader:
        found = reader.commit(commit)
    made_here = found is not None and parse(found.message).job == job.id
    return experiment_of_ref(Ref(wanted.ref, commit)) if made_here else None


@contextmanager
def open_engine(
    project: Project, jobs: int | None = None, gpus: str | None = None, claims: Claims | None = None
) -> Iterator[Engine]:
    """An engine; on leaving, what was hashed is remembered for the next one.

    `jobs`: how many stage commands may run at once, over all the entries that run in this process. `gpus`:
    the devices that they share with whoever else uses them. `claims`: of workers that share nothing with it.
    """
    with open_session(project, RunRequest(jobs=jobs, gpus=gpus), Stop()) as session, ExitStack() as others:
        yield Engine(replace(session, claims=claims), others)
