"""What the experiments of one command share: project, cache, worktrees, budget, the baseline's metrics."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import field, replace

from gitexp import deferred
from gitexp.build.claims import Claims
from gitexp.build.locks import Locks
from gitexp.build.slots import Slots
from gitexp.build.stop import Stop
from gitexp.cache.memory.memo import Memo
from gitexp.cache.store import Store
from gitexp.dataclass import dataclass
from gitexp.experiment.data.leftovers import prune_logs
from gitexp.experiment.environment.refs import EnvironmentKeeper
from gitexp.experiment.jobs.journal import Journal
from gitexp.experiment.jobs.lost_runs import keep_lost_runs
from gitexp.experiment.request import RunRequest
from gitexp.experiment.run.carry import find_included, resolve_copies
from gitexp.experiment.run.devices import Devices, parse_devices
from gitexp.experiment.run.once import Once
from gitexp.experiment.run.scratch import scratch_of
from gitexp.experiment.run.shared_reader import SharedReader
from gitexp.experiment.run.source_roots import editable_roots
from gitexp.experiment.stores import open_memo, open_store
from gitexp.git.pack_refs import pack_when_many
from gitexp.git.worktree import WorktreePool
from gitexp.pipeline.graph import Graph
from gitexp.project import Project

Know = Callable[[Graph, Locks], None]


def unsupplied(graph: Graph, locks: Locks) -> None:
    """The `know` of those who pull nothing."""


@dataclass(frozen=True, slots=True)
class Session:
    """One command's shared things. `jobs`: stage commands at once, over all its experiments."""

    project: Project
    request: RunRequest
    store: Store
    memo: Memo
    pool: WorktreePool
    revisions: SharedReader
    stop: Stop
    journal: Journal
    environments: EnvironmentKeeper
    jobs: int
    slots: Slots  # one for each ordinary command that may run at once
    editable: tuple[str, ...]  # source roots of editable installs, relative to the Git root
    included: tuple[str, ...] = ()  # by .worktreeinclude, relative to the Git root
    copies: tuple[str, ...] = ()  # by -C
    once: Once = field(default_factory=Once)
    take_edits: bool = True  # whether data edited in the workspace enters the run; not for queued snapshots
    env: Mapping[str, str] = field(default_factory=dict)  # for every stage command
    know: Know = unsupplied  # with --pull: told which data an experiment may want, and where it is
    claims: Claims | None = None  # of workers that share nothing but remotes
    devices: Devices | None = None  # handed out to stage commands, where there are any


@contextmanager
def open_session(project: Project, request: RunRequest, stop: Stop) -> Iterator[Session]:
    """A session. On leaving, hashes are remembered, what killed runs left in the pool is swept, and refs are
    packed if many are loose.
    """
    jobs = max(1, request.jobs or project.settings.jobs)
    journal = Journal(project.repo)
    scratch = scratch_of(project, os.environ)
    with open_memo(project) as memo, SharedReader(project) as revisions, closing(journal):
        session = Session(
            project=project,
            request=request,
            store=open_store(project),
            memo=memo,
            pool=WorktreePool(project.repo, scratch.folder if scratch else None),
            revisions=revisions,
            stop=stop,
            journal=journal,
            environments=EnvironmentKeeper(project),
            jobs=jobs,
            slots=Slots(jobs),
            editable=editable_roots(project.repo.work_tree, os.environ),
            included=find_included(project.repo),
            copies=resolve_copies(project.repo, project.cwd, request.copy_paths),
            devices=_devices(project, request),
        )
        yield supplied(session)
        session.pool.sweep()
        if scratch is not None and scratch.brief:
            session.pool.dismantle()
        keep_lost_runs(project)
        prune_logs(project)
        pack_when_many(project.repo, project.settings.pack_refs)


def supplied(session: Session) -> Session:
    """The session; if its request asks for that, with the data remotes behind its store."""
    if not session.request.terms.pull:
        return session
    supply = deferred.module("gitexp.experiment.data.supply")
    store, know = supply.open_supplied(session.project, grows=session.claims is not None)
    return replace(session, store=store, know=know)


def _devices(project: Project, request: RunRequest) -> Devices | None:
    """What `--gpus` or `exp.gpus` names; None when neither does: then nobody looks after devices."""
    written = project.settings.gpus if request.gpus is None else request.gpus
    names = parse_devices(written)
    return Devices(project.repo.state_dir / "slots", names) if names else None
