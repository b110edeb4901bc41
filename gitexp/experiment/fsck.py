"""`exp fsck`: is everything what its name says, and where is the data of every experiment?"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from gitexp.build.runcache import RunCache
from gitexp.cache.objects import FoundObject, list_objects
from gitexp.cache.push import ask_exists, run_files
from gitexp.cache.remote import key_of, open_remote, pull_objects
from gitexp.cache.store import Store
from gitexp.cache.transfer import Progress, Tally, unwatched
from gitexp.content import Hash
from gitexp.errors import ExpError
from gitexp.experiment.find import list_experiments
from gitexp.experiment.needed import Need, NeedReader
from gitexp.experiment.stores import open_store
from gitexp.git.refs import list_refs
from gitexp.project import Project
from gitexp.project.remotes import choose_remote

_BRANCHES = "refs/heads/"


class Where(Enum):
    """Where the data of a revision is."""

    HERE = "here"
    REMOTE = "on the remote"
    GONE = "gone"
    UNKNOWN = "not in the cache; no remote was asked"


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A revision whose data is not all here: `paths` are the outs it lacks; `error` if it can't be read."""

    name: str
    where: Where
    paths: tuple[str, ...] = ()
    error: str | None = None


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
    """Without `read` objects need only be there. `remote`: which to ask, '' the default, None none."""

    read: bool = True
    repair: bool = False
    remote: str | None = None


@dataclass(frozen=True, slots=True)
class FsckReport:
    """What was found. `revisions` counts branches, experiments and the workspace."""

    objects: int = 0
    size: int = 0
    damaged: tuple[Damaged, ...] = ()
    runs: int = 0
    damaged_runs: tuple[Path, ...] = ()
    revisions: int = 0
    elsewhere: tuple[Whereabouts, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Nothing is damaged (any more), and nothing is lost. Data that is only on the remote is no fault."""
        return (
            all(one.repaired for one in self.damaged)
            and not self.damaged_runs
            and all(one.where is Where.REMOTE for one in self.elsewhere)
        )


def check_all(project: Project, request: FsckRequest, progress: Progress = unwatched) -> FsckReport:
    """Check objects, run cache, locks and refs. Raises ExpError for a remote that can't be asked."""
    store = open_store(project)
    objects = list(list_objects(store.root))
    bad = list(_unsound(store, objects, progress)) if request.read else []
    damaged = [_described(project, found) for found in bad]
    if request.repair:
        damaged = list(_repaired(project, store, damaged, request))
    runs = run_files(store)
    cache = RunCache(store)
    damaged_runs = [path for path in runs if not cache.is_sound(path, path.name)]
    if request.repair:
        for path in damaged_runs:
            path.unlink(missing_ok=True)
        damaged_runs = []
    elsewhere, revisions = _whereabouts(project, request)
    return FsckReport(
        len(objects),
        sum(found.stat.st_size for found in objects),
        tuple(damaged),
        len(runs),
        tuple(damaged_runs),
        revisions,
        tuple(elsewhere),
    )


def _unsound(store: Store, objects: list[FoundObject], progress: Progress) -> Iterator[FoundObject]:
    tally = Tally(progress)
    tally.expect(len(objects), sum(found.stat.st_size for found in objects))
    for found in objects:
        if not store.objects.holds(found.value, found.algorithm):
            yield found
        tally.add(found.stat.st_size)
        tally.done()


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


def _repaired(
    project: Project, store: Store, damaged: Iterable[Damaged], request: FsckRequest
) -> Iterator[Damaged]:
    """Take damaged objects away (links to them in the workspace keep their content), fetch them anew."""
    found = list(damaged)
    for one in found:
        one.path.unlink(missing_ok=True)
    store.objects.forget()
    if found and project.settings.remotes:
        remote = open_remote(choose_remote(project.settings, request.remote or None))
        pull_objects(store, remote, [Hash(one.hash.value, one.hash.algorithm) for one in found])
    for one in found:
        yield Damaged(
            one.hash, one.path, one.written, store.objects.holds(one.hash.value, one.hash.algorithm)
        )


def _whereabouts(project: Project, request: FsckRequest) -> tuple[list[Whereabouts], int]:
    store = open_store(project)
    elsewhere: list[Whereabouts] = []
    lacking: dict[str, list[Need]] = {}
    revisions = _revisions(project)
    with NeedReader(project) as reader:
        for name, commit in revisions.items():
            try:
                needs = reader.workspace() if commit is None else reader.commit(commit)
            except ExpError as error:
                elsewhere.append(Whereabouts(name, Where.UNKNOWN, (), error.message))
                continue
            missing = [need for need in needs if not need.imported and store.missing(need.hash)]
            if missing:
                lacking[name] = missing
    there = _on_remote(project, store, [need for needs in lacking.values() for need in needs], request)
    for name, needs in lacking.items():
        gone = [need for need in needs if there is not None and need.hash.value not in there]
        where = Where.UNKNOWN if there is None else Where.GONE if gone else Where.REMOTE
        elsewhere.append(Whereabouts(name, where, tuple(need.shown for need in gone or needs)))
    return elsewhere, len(revisions)


def _revisions(project: Project) -> dict[str, str | None]:
    """Name -> commit; None is the workspace."""
    branches = {ref.name.removeprefix(_BRANCHES): ref.oid for ref in list_refs(project.repo, _BRANCHES)}
    experiments = {one.name: one.commit for one in list_experiments(project.repo)}
    return {"the workspace": None, **branches, **experiments}


def _on_remote(project: Project, store: Store, needs: list[Need], request: FsckRequest) -> set[str] | None:
    """Which of the hashes the remote has, directories with what the cache lacks of them; None: not asked."""
    if request.remote is None or not needs:
        return None if request.remote is None else set()
    remote = open_remote(choose_remote(project.settings, request.remote or None))
    keys: dict[str, set[str]] = {}
    for need in needs:
        entries = store.read_dir(need.hash) if need.hash.is_dir else None
        lacking = [entries[path] for path in store.missing(need.hash)] if entries else [need.hash.value]
        keys[need.hash.value] = {key_of(value, need.hash.algorithm) for value in lacking}
    there = ask_exists(remote, sorted(set().union(*keys.values())))
    return {value for value, wanted in keys.items() if wanted <= there.keys()}
