"""What `exp gc` would remove: objects that nothing names, runs without outs, leftovers of killed processes.

Nothing goes that a commit of the scope, an experiment, a queued, failed or removed one, or the workspace may
need. While a run or a stage is at work, nothing goes that is younger than it, and nothing that the run cache
names: what it restored from there is in no lock yet.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

from gitexp.build.claim import live_claims
from gitexp.build.runcache import RunCache
from gitexp.cache.objects import FoundObject, list_objects, list_temps
from gitexp.cache.remotes.push import ask_exists
from gitexp.cache.remotes.remote import key_of, open_remote
from gitexp.cache.store import Store
from gitexp.dataclass import dataclass
from gitexp.errors import Exit, ExpError
from gitexp.experiment.data.commit_scope import CommitScope, commits_in
from gitexp.experiment.data.kept_hashes import CommitHashes, hashes_below, with_children
from gitexp.experiment.data.leftovers import Leftovers, Piece, find_leftovers, old_logs
from gitexp.experiment.environment.share import ENVIRONMENTS
from gitexp.experiment.find import EXPERIMENTS
from gitexp.experiment.jobs.run_note import running_notes
from gitexp.experiment.stores import open_store
from gitexp.git.bulk_objects import MANY, BulkReader
from gitexp.git.command import run_git
from gitexp.git.objects import ObjectReader
from gitexp.git.refs import list_refs, resolve
from gitexp.git.repo import Repo
from gitexp.git.uncommitted import index_tree, list_linked, list_stashes
from gitexp.project import Project, find_project
from gitexp.project.remotes import choose_remote

_OURS = "refs/gitexp/"
_DVC_STASHES = ("refs/exps/stash", "refs/exps/celery/stash", "refs/exps/celery/failed")
_TEMP_AGE = 3600.0  # seconds; a file that was not touched for so long is nobody's any more


@dataclass(frozen=True, slots=True)
class GcRequest:
    """What to keep. `experiments` False frees also what only finished experiments need.

    Logs of runs end after `log_days`. What `projects` need stays too: they share the cache. With
    `only_pushed` (a remote; '' is the default one) nothing goes that is not there.
    """

    scope: CommitScope
    experiments: bool = True
    log_days: float = 90.0
    projects: tuple[Path, ...] = ()
    only_pushed: str | None = None


@dataclass(frozen=True, slots=True)
class Garbage:
    """`objects` by their role: data, runs of the run cache, leftovers, folders of old logs."""

    objects: tuple[Piece, ...] = ()
    runs: tuple[Piece, ...] = ()
    temps: tuple[Piece, ...] = ()
    logs: tuple[Piece, ...] = ()
    leftovers: Leftovers = Leftovers()
    busy: bool = False  # something is at work, so more was kept
    at: float = 0.0  # when this was found, in seconds since the epoch

    @property
    def size(self) -> int:
        return sum(piece.size for piece in self.pieces) + self.leftovers.size

    @property
    def is_empty(self) -> bool:
        return not self.pieces and not self.leftovers

    @property
    def pieces(self) -> tuple[Piece, ...]:
        return (*self.runs, *self.objects, *self.temps, *self.logs)


def find_garbage(project: Project, request: GcRequest) -> Garbage:
    """Look, and remove nothing. Raises ExpError when the scope is empty or a revision unknown."""
    at = time.time()
    store = open_store(project)
    began = oldest_work(project.repo)
    leftovers = find_leftovers(project)
    kept = kept_values(project, store, request, {ref.name for ref in leftovers.expired.refs})
    kept |= kept_elsewhere(store, request)
    runs = RunCache(store)
    if began is not None:
        kept |= {out.hash.value for _, entry in runs.entries() for out in entry.outs if out.hash}
    kept = set(with_children(store, kept))
    unkept = [
        found
        for found in list_objects(store.root)
        if found.value not in kept and (began is None or found.stat.st_ctime < began)
    ]
    if request.only_pushed is not None and unkept:
        unkept = _pushed(project, unkept, request.only_pushed)
    objects = [_piece(found.path, found.stat) for found in unkept]
    useless = [
        path
        for path, entry in runs.entries()
        if began is None and not all(out.hash and out.hash.value in kept for out in entry.outs)
    ]
    return Garbage(
        tuple(objects),
        tuple(_piece(path, path.stat()) for path in useless),
        tuple(_old_temps(store)),
        tuple(old_logs(project.repo, request.log_days)),
        leftovers,
        began is not None,
        at,
    )


def _pushed(project: Project, objects: list[FoundObject], name: str) -> list[FoundObject]:
    """Those that the remote has."""
    remote = open_remote(choose_remote(project.settings, name or None))
    keys = {found.path: key_of(found.value, found.algorithm) for found in objects}
    there = ask_exists(remote, list(keys.values()))
    return [found for found in objects if keys[found.path] in there]


def kept_elsewhere(store: Store, request: GcRequest) -> set[str]:
    """What other projects need that share the cache, or the remote."""
    found: set[str] = set()
    for path in request.projects:
        scope = replace(request.scope, workspace=True, revs=())
        found |= kept_values(find_project(path), store, replace(request, scope=scope))
    return found


def kept_values(project: Project, store: Store, request: GcRequest, ending: Collection[str] = ()) -> set[str]:
    """Hash values that locks name in what is to be kept; children of directories are not among them.

    Refs named in `ending` keep nothing any more.
    """
    scope = request.scope
    if scope.is_empty:
        raise ExpError(
            "say what to keep besides experiments: the workspace (-w), branches (-a), tags (-T), or all"
            " commits (-A).",
            "`exp gc -w --dry` shows what would go.",
            Exit.USAGE,
        )
    repo = project.repo
    commits = [*commits_in(repo, scope), *_always_kept(repo, request.experiments, ending)]
    kept = set(hashes_below(project.root)) if scope.workspace else set()
    linked = list_linked(repo)
    for worktree in [*_worktrees(repo), *(one.path for one in linked)]:
        kept |= hashes_below(worktree)
    commits += [one.head for one in linked if one.head]
    with BulkReader(repo) if len(commits) > MANY else ObjectReader(repo) as reader:
        hashes = CommitHashes(reader)
        staged = index_tree(repo) if scope.workspace else None
        if staged is not None:
            # What the index has from HEAD is no work of anybody's: `-w` alone lets it go, as DVC's does.
            head = resolve(repo, "HEAD")
            kept |= hashes.of_tree(staged) - (hashes.of(head) if head else set())
        return kept.union(*(hashes.of(commit) for commit in dict.fromkeys(commits)))


def _always_kept(repo: Repo, experiments: bool, ending: Collection[str]) -> Iterator[str]:
    """Queued, failed, removed experiments and kept workspaces; finished experiments; stashes; DVC's own
    queue."""
    yield from (commit for _, stash in list_stashes(repo) for commit in stash)
    for ref in list_refs(repo, _OURS):
        if ref.name not in ending and not ref.name.startswith(ENVIRONMENTS):
            yield ref.oid
    if experiments:
        yield from (ref.oid for ref in list_refs(repo, EXPERIMENTS))
    for stash in _DVC_STASHES:
        # Each entry of the stash is only in its reflog.
        listed = run_git(repo.work_tree, "log", "-g", "--format=%H", stash, "--", check=False)
        if listed.code == 0:
            yield from listed.text.split()


def _worktrees(repo: Repo) -> list[Path]:
    return [path for path in (repo.state_dir / "worktrees").glob("[0-9]*") if path.suffix != ".slot"]


def oldest_work(repo: Repo) -> float | None:
    """When the oldest run or stage that is still at work began, in seconds since the epoch; None: none is."""
    begins = [note.began for _, note in running_notes(repo)]
    return min([*begins, *live_claims(repo.state_dir / "claims")], default=None)


def _old_temps(store: Store) -> Iterator[Piece]:
    until = time.time() - _TEMP_AGE
    for path, found in list_temps(store.root):
        if found.st_ctime < until:
            yield _piece(path, found)


def _piece(path: Path, found: os.stat_result) -> Piece:
    return Piece(path, found.st_size if found.st_nlink == 1 else 0)
