"""`exp fsck`: is everything what its name says, and where is the data of every experiment?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from gitexp.build.dvc_rwlock import RwLockTrouble, find_rwlock_trouble, repair_rwlock
from gitexp.build.runcache import RunCache
from gitexp.cache.objects import FoundObject, list_objects
from gitexp.cache.remotes.push import run_files
from gitexp.cache.soundness import find_unsound
from gitexp.cache.store import Store
from gitexp.cache.traffic import Progress, unwatched
from gitexp.content import Hash
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.data.fsck_repair import fetch_again, lacking_here, restore_from_workspace, take_away
from gitexp.experiment.data.needed import NeedReader
from gitexp.experiment.data.whereabouts import Where, Whereabouts, find_whereabouts
from gitexp.experiment.find import EXPERIMENTS, experiment_of_ref
from gitexp.experiment.stores import open_store
from gitexp.git.objects import ObjectReader
from gitexp.git.refs import list_refs
from gitexp.project import Project

# DVC keeps refs of its own beside the experiments.
_DVCS_OWN = frozenset({"stash", "celery", "exec", "apply", "temp"})


@dataclass(frozen=True, slots=True)
class Damaged:
    """An object that is not what its name says. `written` are files of the workspace that are links to it:

    what wrote to them wrote into the cache.
    """

    hash: Hash
    path: Path
    written: tuple[str, ...] = ()
    repaired: bool = False


@dataclass(frozen=True, slots=True)
class FsckRequest:
    """Without `read` objects need only be there. `remote`: which to ask, '' the default, None none.

    `jobs` objects are read at once.
    """

    read: bool = True
    repair: bool = False
    remote: str | None = None
    jobs: int = 1


@dataclass(frozen=True, slots=True)
class FsckReport:
    """What was found. `revisions` are all that there are: workspace, index, branches, experiments …

    `bad_refs` are refs under refs/exps/ that are no experiment, or whose commit is not here.
    """

    objects: int = 0
    size: int = 0
    damaged: tuple[Damaged, ...] = ()
    runs: int = 0
    damaged_runs: tuple[Path, ...] = ()
    bad_refs: tuple[str, ...] = ()
    revisions: tuple[Whereabouts, ...] = ()
    trouble: str | None = None  # with the remote, while repairing
    rwlock: RwLockTrouble | None = None

    @property
    def elsewhere(self) -> tuple[Whereabouts, ...]:
        """The revisions whose data is not all here."""
        return tuple(one for one in self.revisions if one.where is not Where.HERE)

    @property
    def is_clean(self) -> bool:
        """Nothing is damaged (any more), and nothing is lost. Data that is only on the remote is no fault."""
        return (
            all(one.repaired for one in self.damaged)
            and not self.damaged_runs
            and not self.bad_refs
            and not (self.rwlock and self.rwlock.broken)
            and all(one.where in (Where.HERE, Where.REMOTE) for one in self.revisions)
        )


def check_all(project: Project, request: FsckRequest, progress: Progress = unwatched) -> FsckReport:
    """Check objects, run cache, locks and refs. Raises ExpError for a remote that can't be asked."""
    store = open_store(project)
    objects = list(list_objects(store.root))
    bad = find_unsound(store, objects, request.jobs, progress) if request.read else []
    damaged = [_described(project, found) for found in bad]
    trouble = None
    if request.repair:
        take_away(store, bad)
        wanted = [*lacking_here(project, store), *(one.hash for one in damaged)]
        restore_from_workspace(project, store, wanted)
        trouble = fetch_again(project, store, wanted, request.remote)
        damaged = [
            replace(one, repaired=store.objects.holds(one.hash.value, one.hash.algorithm)) for one in damaged
        ]
        if find_rwlock_trouble(project.root) is not None:
            repair_rwlock(project.root)
    runs = run_files(store)
    return FsckReport(
        len(objects),
        sum(found.stat.st_size for found in objects),
        tuple(damaged),
        len(runs),
        tuple(_damaged_runs(store, runs, request.repair)),
        tuple(_bad_refs(project)),
        tuple(find_whereabouts(project, open_store(project), request.remote)),
        trouble,
        find_rwlock_trouble(project.root),
    )


def _damaged_runs(store: Store, runs: list[Path], repair: bool) -> list[Path]:
    """The files of the run cache that do not hold the run of their name; with `repair` they go."""
    cache = RunCache(store)
    damaged = [path for path in runs if not cache.is_sound(path, path.name)]
    if not repair:
        return damaged
    for path in damaged:
        path.unlink(missing_ok=True)
    return []


def _bad_refs(project: Project) -> Iterator[str]:
    """What DVC stumbles over, and what names a commit that is not here."""
    with ObjectReader(project.repo) as reader:
        for ref in list_refs(project.repo, EXPERIMENTS):
            is_dvcs = ref.name.removeprefix(EXPERIMENTS).split("/", 1)[0] in _DVCS_OWN
            is_known = is_dvcs or experiment_of_ref(ref) is not None
            if not is_known or reader.commit(ref.oid) is None:
                yield ref.name


def _described(project: Project, found: FoundObject) -> Damaged:
    written = tuple(_links_to(project, found)) if found.stat.st_nlink > 1 else ()
    return Damaged(Hash(found.value, found.algorithm), found.path, written)


def _links_to(project: Project, found: FoundObject) -> Iterator[str]:
    """Files of the workspace's outs that are the very same file as the object."""
    with NeedReader(project) as reader:
        try:
            needs = reader.workspace()
        except ExpError:
            return
    for need in needs:
        top = project.root / need.path
        for path in _files_at(top):
            status = os.stat(path)
            if (status.st_ino, status.st_dev) == (found.stat.st_ino, found.stat.st_dev):
                yield path.relative_to(project.root).as_posix()


def _files_at(top: Path) -> Iterator[Path]:
    if top.is_dir():
        yield from (path for path in top.rglob("*") if path.is_file())
    elif top.exists():
        yield top
