"""`exp data status` and `exp data diff`: what data changed between Git, the lock files and the workspace."""

from __future__ import annotations

from gitexp.cache.remotes.push import ask_exists, collect_cargo
from gitexp.cache.remotes.remote import key_of, open_remote
from gitexp.cache.store import Store
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.data.listing import (
    Difference,
    Listing,
    compare,
    missing_paths,
    present_listing,
    recorded_listing,
)
from gitexp.experiment.data.needed import Choice, Need, NeedReader
from gitexp.experiment.data.workspace_site import open_workspace_site
from gitexp.experiment.find import resolve_commit
from gitexp.experiment.stores import open_store
from gitexp.git.ignore import list_untracked
from gitexp.git.repo import read_head
from gitexp.project import Project
from gitexp.project.remotes import choose_remote


@dataclass(frozen=True, slots=True)
class StatusRequest:
    """`granular` looks into folders; `remote` asks that remote ('' the default one), None asks none."""

    granular: bool = False
    remote: str | None = None
    untracked: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DataStatus:
    """`committed`: what lock files say against HEAD. `uncommitted`: the workspace against lock files."""

    committed: Difference
    uncommitted: Difference
    not_in_cache: tuple[str, ...] = ()
    not_in_remote: tuple[str, ...] = ()
    untracked: tuple[str, ...] = ()

    @property
    def unchanged(self) -> tuple[str, ...]:
        """What is the same in HEAD, lock files and workspace."""
        committed = set(self.committed.unchanged)
        return tuple(path for path in self.uncommitted.unchanged if path in committed)


def data_status(project: Project, request: StatusRequest) -> DataStatus:
    """Raises ExpError for what can't be read, and for a remote that can't be asked."""
    head = read_head(project.repo).commit
    with NeedReader(project) as reader, open_workspace_site(project) as (site, _):
        choice = Choice(request.words)
        recorded = reader.workspace(choice)
        old = _of_head(reader, head, choice)
        names = recorded_listing(site.store, recorded, request.granular)
        before = recorded_listing(site.store, old, request.granular)
        return DataStatus(
            compare(before, names),
            compare(names, present_listing(site, recorded, request.granular)),
            tuple(missing_paths(site.store, recorded, request.granular)),
            tuple(_missing_there(project, site.store, recorded, request)),
            tuple(_untracked(project)) if request.untracked else (),
        )


def _of_head(reader: NeedReader, head: str | None, choice: Choice) -> list[Need]:
    """What HEAD has of it, which may be nothing: what is chosen may be new."""
    try:
        return reader.commit(head, choice) if head is not None else []
    except ExpError:
        if not choice.words:
            raise
        return []


def _missing_there(project: Project, store: Store, needs: list[Need], request: StatusRequest) -> list[str]:
    if request.remote is None:
        return []
    remote = open_remote(choose_remote(project.settings, request.remote or None))
    pushed = [need for need in needs if need.push and not need.imported]
    cargo = collect_cargo(store, [need.hash for need in pushed])
    folders = {value: algorithm for value, (algorithm, _) in cargo.folders.items()}
    keys = {
        value: key_of(value, algorithm)
        for value, algorithm in {**cargo.objects, **folders, **cargo.unlisted}.items()
    }
    there = ask_exists(remote, list(keys.values()))
    listing = recorded_listing(store, pushed, request.granular)
    return sorted(path for path, value in listing.items() if keys[value] not in there)


def _untracked(project: Project) -> list[str]:
    prefix = f"{project.prefix}/" if project.prefix else ""
    return [path.removeprefix(prefix) for path in list_untracked(project.repo, project.prefix)]


@dataclass(frozen=True, slots=True)
class DataDiff:
    """`old` and `new` tell the hashes of the paths in `difference`; of what is not in the cache, it does."""

    difference: Difference
    not_in_cache: Listing
    old: Listing
    new: Listing


def data_diff(project: Project, old: str | None, new: str | None) -> DataDiff:
    """The data of two revisions; `old` is HEAD by default, `new` the workspace as it is. Raises ExpError."""
    store = open_store(project)
    with NeedReader(project) as reader:
        before = _recorded(project, reader, old or "HEAD")
        first = recorded_listing(store, before)
        if new is None:
            after = reader.workspace()
            with open_workspace_site(project) as (site, _):
                second = present_listing(site, after)
        else:
            after = _recorded(project, reader, new)
            second = recorded_listing(store, after)
    known = recorded_listing(store, after)
    missing = {path: known[path] for path in missing_paths(store, after)}
    return DataDiff(compare(first, second, find_renames=True), missing, first, second)


def _recorded(project: Project, reader: NeedReader, rev: str) -> list[Need]:
    if rev == "HEAD" and read_head(project.repo).commit is None:
        return []
    return reader.commit(resolve_commit(project.repo, rev))
