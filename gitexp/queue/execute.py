"""Run a queued entry with the engine of `exp run`: same worktrees, same cache, same commit and ref."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from gitexp.build.stop import Stop
from gitexp.experiment.attempt import run_attempt
from gitexp.experiment.carry import resolve_copies
from gitexp.experiment.find import experiment_of_ref
from gitexp.experiment.message import parse
from gitexp.experiment.record import Experiment, RunEnded, RunResult, State, Values, Watcher
from gitexp.experiment.request import RunRequest
from gitexp.experiment.session import Session, open_session
from gitexp.experiment.table import RevisionReader
from gitexp.git.objects import ObjectReader
from gitexp.git.refs import Ref, read_ref
from gitexp.project import Project
from gitexp.queue.job import QueuedJob


@dataclass(frozen=True, slots=True)
class Engine:
    """What the entries that one process runs share. Calling it runs one entry."""

    session: Session
    baselines: dict[str, Values] = field(default_factory=dict)  # read once each

    def __call__(self, job: QueuedJob, stop: Stop, watcher: Watcher) -> RunResult:
        """Run `job` to its end. Safe to run twice: what a lost worker published before is taken as done."""
        done = self._published(job)
        if done is not None:
            result = RunResult(job.name, State.SUCCESS, done.baseline, done, overrides=job.attempt.overrides)
            watcher(RunEnded(result))
            return result
        return run_attempt(self._session_of(job, stop), job.attempt, self._base(job), watcher)

    def _session_of(self, job: QueuedJob, stop: Stop) -> Session:
        project = self.session.project
        request = RunRequest(
            scope=job.scope,
            overrides=job.attempt.overrides,
            name=job.name,
            message=job.message,
            force=job.force,
            keep_going=job.keep_going,
            copy_paths=job.copy_paths,
            terms=job.terms,
        )
        # The entry's own snapshot is all there is: later edits of the workspace are not its business.
        return replace(
            self.session,
            project=replace(project, cwd=project.root / job.folder),
            request=request,
            copies=resolve_copies(project.repo, project.root / job.folder, job.copy_paths),
            stop=stop,
            take_edits=False,
        )

    def _base(self, job: QueuedJob) -> Values:
        baseline = job.attempt.baseline
        if baseline not in self.baselines:
            with RevisionReader(self.session.project) as reader:
                self.baselines[baseline] = reader.commit(baseline)
        return self.baselines[baseline]

    def _published(self, job: QueuedJob) -> Experiment | None:
        """The experiment that this very entry made before its worker was lost, if it came so far."""
        if not job.lost:
            return None
        repo = self.session.project.repo
        wanted = Experiment(job.name, "", job.attempt.baseline)
        commit = read_ref(repo, wanted.ref)
        if commit is None:
            return None
        with ObjectReader(repo) as reader:
            found = reader.commit(commit)
        made_here = found is not None and parse(found.message).job == job.id
        return experiment_of_ref(Ref(wanted.ref, commit)) if made_here else None


@contextmanager
def open_engine(project: Project, jobs: int | None = None) -> Iterator[Engine]:
    """An engine; on leaving, what was hashed is remembered for the next one.

    `jobs`: how many stage commands may run at once, over all the entries that run in this process.
    """
    with open_session(project, RunRequest(jobs=jobs), Stop()) as session:
        yield Engine(session)
