"""Data to and from remotes: what revisions need, each out to the remote that is its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field

from gitexp.build.runcache import RunCache
from gitexp.cache.remote import (
    Failure,
    Kind,
    Progress,
    RemoteStore,
    Transferred,
    open_remote,
    pull_objects,
    pull_runs,
    push_objects,
    push_runs,
)
from gitexp.cache.store import Store
from gitexp.cache.transfer import unwatched
from gitexp.content import Hash
from gitexp.dataclass import dataclass
from gitexp.experiment.data.commit_scope import CommitScope, commits_in
from gitexp.experiment.data.needed import Choice, Need, NeedReader
from gitexp.experiment.stores import open_store
from gitexp.pipeline.stage import OutKind
from gitexp.project import Project
from gitexp.project.remotes import choose_remote


@dataclass(frozen=True, slots=True)
class ShareRequest:
    """What goes over. Without revisions in `scope` it is what the workspace needs; `words` choose of it."""

    words: tuple[str, ...] = ()
    scope: CommitScope = CommitScope()
    remote: str | None = None
    jobs: int | None = None
    run_cache: bool = False
    with_deps: bool = False
    glob: bool = False
    max_size: int | None = None  # bytes
    kinds: tuple[OutKind, ...] = ()

    @property
    def choice(self) -> Choice:
        return Choice(self.words, self.with_deps, self.glob, self.max_size, self.kinds)


@dataclass(frozen=True, slots=True)
class Lost:
    """Data that did not go over: `path` is the out (or the file in it), `reason` is for people."""

    path: str
    reason: str
    absent: bool = False  # nobody has it


@dataclass(frozen=True, slots=True)
class SharedData:
    """What a push or fetch did, over all remotes. `files` counts objects, manifests among them."""

    files: int = 0
    size: int = 0  # bytes
    lost: tuple[Lost, ...] = ()
    remotes: tuple[str, ...] = ()  # URLs


def needs_of(project: Project, request: ShareRequest) -> list[Need]:
    """What the request is about, each once. Raises ExpError for what can't be read."""
    with NeedReader(project) as reader:
        found: list[Need] = []
        if request.scope.workspace or request.scope.is_empty:
            found += reader.workspace(request.choice)
        for commit in commits_in(project.repo, request.scope):
            found += reader.commit(commit, request.choice)
    return list(dict.fromkeys(found))


def push_data(project: Project, request: ShareRequest, progress: Progress = unwatched) -> SharedData:
    """Send what remotes lack. Raises ExpError when there is no remote, or it can't be used at all."""
    needs = [need for need in needs_of(project, request) if need.push and not need.imported]
    store = open_store(project)

    def send(remote: RemoteStore, batch: _Batch) -> Transferred:
        sent = push_objects(store, remote, batch.hashes, request.jobs, progress)
        if batch.run_cache:
            made = [out for out in _outs_of_runs(store) if store.has(out)]
            sent += push_objects(store, remote, made, request.jobs, progress)
            sent += push_runs(store, remote, request.jobs, progress)
        return sent

    return _share(project, request, needs, send)


def fetch_data(project: Project, request: ShareRequest, progress: Progress = unwatched) -> SharedData:
    """Bring what the cache lacks from remotes. Raises ExpError as `push_data` does."""
    store = open_store(project)
    needs = [need for need in needs_of(project, request) if store.missing(need.hash, need.only)]

    def bring(remote: RemoteStore, batch: _Batch) -> Transferred:
        got = pull_objects(store, remote, batch.hashes, request.jobs, progress, parts=batch.parts)
        if batch.run_cache:
            runs = RunCache(store)
            got += pull_runs(store, remote, runs.is_sound, request.jobs, progress)
            # What a run made that the remote never got is no loss: the run can be made again.
            made = pull_objects(store, remote, _outs_of_runs(store), request.jobs, progress)
            got += Transferred(made.files, made.size)
        return got

    return _share(project, request, needs, bring)


@dataclass(slots=True)
class _Batch:
    """What one remote gets or gives."""

    needs: list[Need] = field(default_factory=list)
    run_cache: bool = False

    @property
    def hashes(self) -> list[Hash]:
        return list(dict.fromkeys(need.hash for need in self.needs))

    @property
    def parts(self) -> dict[Hash, tuple[str, ...]]:
        """Of directories that nobody wants whole: the paths inside that are wanted."""
        whole = {need.hash for need in self.needs if need.only is None}
        found: dict[Hash, tuple[str, ...]] = {}
        for need in self.needs:
            if need.only is not None and need.hash not in whole:
                found[need.hash] = (*found.get(need.hash, ()), need.only)
        return found


def _share(
    project: Project,
    request: ShareRequest,
    needs: Iterable[Need],
    move: Callable[[RemoteStore, _Batch], Transferred],
) -> SharedData:
    shared = SharedData()
    for name, batch in _by_remote(project, request, needs).items():
        remote = open_remote(choose_remote(project.settings, name))
        done = move(remote, batch)
        lost = tuple(_lost(open_store(project), batch.needs, failure) for failure in done.failed)
        shared = SharedData(
            shared.files + done.files,
            shared.size + done.size,
            tuple(dict.fromkeys((*shared.lost, *lost))),
            (*shared.remotes, remote.url),
        )
    return shared


def _by_remote(project: Project, request: ShareRequest, needs: Iterable[Need]) -> dict[str, _Batch]:
    """As DVC does it: an out with a remote of its own goes there, and only there if another is asked for."""
    batches: dict[str, _Batch] = {}
    usual = choose_remote(project.settings, request.remote).name if request.remote else None
    for need in needs:
        own = need.remote.lower() if need.remote else None
        if usual is None and own is None:
            usual = choose_remote(project.settings).name
        if own is None or request.remote is None or own == usual:
            batches.setdefault(own or usual or "", _Batch()).needs.append(need)
    if request.run_cache:
        usual = usual or choose_remote(project.settings).name
        batches.setdefault(usual, _Batch()).run_cache = True
    return batches


def _outs_of_runs(store: Store) -> list[Hash]:
    found = (out.hash for _, entry in RunCache(store).entries() for out in entry.outs)
    return list(dict.fromkeys(hash for hash in found if hash is not None))


def _lost(store: Store, needs: Sequence[Need], failure: Failure) -> Lost:
    """The path of an object that did not go over: users know nothing of hashes."""
    paths = [path for need in needs for path in _paths(store, need, failure.subject)]
    reason = failure.reason if failure.kind is not Kind.ABSENT else _absent_reason(failure, needs)
    return Lost(paths[0] if paths else failure.subject, reason, failure.kind is Kind.ABSENT)


def _paths(store: Store, need: Need, value: str) -> list[str]:
    if need.hash.value == value:
        return [need.shown]
    if not need.hash.is_dir:
        return []
    entries: Mapping[str, str] = store.read_dir(need.hash) or {}
    return [f"{need.path}/{relpath}" for relpath, md5 in entries.items() if md5 == value]


def _absent_reason(failure: Failure, needs: Sequence[Need]) -> str:
    if any(need.imported and need.hash.value == failure.subject for need in needs):
        return "it is imported from another repository: `dvc pull` brings it"
    return failure.reason
