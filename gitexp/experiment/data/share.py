"""Data to and from remotes: what revisions need, each out to the remote that is its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field

from gitexp.build.runcache import RunCache
from gitexp.cache.remotes.pull_versions import Version, pull_versions
from gitexp.cache.remotes.remote import (
    Failure,
    Kind,
    Progress,
    Transferred,
    is_versioned,
    open_remote,
    open_versioned,
    pull_objects,
    pull_runs,
    push_objects,
    push_runs,
)
from gitexp.cache.store import Store
from gitexp.cache.traffic import unwatched
from gitexp.content import Hash
from gitexp.dataclass import dataclass
from gitexp.experiment.data.commit_scope import CommitScope, commits_in
from gitexp.experiment.data.needed import Choice, Need, NeedReader, place_lists
from gitexp.experiment.stores import open_store
from gitexp.pipeline.stage import OutKind
from gitexp.project import Project
from gitexp.project.remotes import choose_remote
from gitexp.project.settings import Remote


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

    def send(told: Remote, batch: _Batch) -> tuple[Transferred, str]:
        remote = open_remote(told)
        sent = push_objects(store, remote, batch.hashes, request.jobs, progress)
        if batch.run_cache:
            made = [out for out in _outs_of_runs(store) if store.has(out)]
            sent += push_objects(store, remote, made, request.jobs, progress)
            sent += push_runs(store, remote, request.jobs, progress)
        return sent, remote.url

    return _share(project, request, needs, send)


def fetch_data(project: Project, request: ShareRequest, progress: Progress = unwatched) -> SharedData:
    """Bring what the cache lacks from remotes. Raises ExpError as `push_data` does."""
    store = open_store(project)
    needs = needs_of(project, request)
    place_lists(store, needs)
    needs = [need for need in needs if store.missing(need.hash, need.only)]

    def bring(told: Remote, batch: _Batch) -> tuple[Transferred, str]:
        if is_versioned(told):
            return _bring_versions(store, told, batch.needs, request.jobs, progress)
        remote = open_remote(told)
        got = pull_objects(store, remote, batch.hashes, request.jobs, progress, parts=batch.parts)
        if batch.run_cache:
            runs = RunCache(store)
            got += pull_runs(store, remote, runs.is_sound, request.jobs, progress)
            # What a run made that the remote never got is no loss: the run can be made again.
            made = pull_objects(store, remote, _outs_of_runs(store), request.jobs, progress)
            got += Transferred(made.files, made.size)
        return got, remote.url

    return _share(project, request, needs, bring)


def _bring_versions(
    store: Store, told: Remote, needs: Sequence[Need], jobs: int | None, progress: Progress
) -> tuple[Transferred, str]:
    """From a remote where files lie under their paths, in versions."""
    remote = open_versioned(told)
    wanted, unknown = [], []
    for need in needs:
        files = [one for one in need.versions if one.remote.lower() == told.name and need.covers(one.relpath)]
        wanted += [
            Version(
                f"{need.path}/{one.relpath}" if one.relpath else need.path,
                one.md5,
                one.version,
                one.size or 0,
            )
            for one in files
        ]
        if not files:
            unknown.append(Failure(need.hash.value, "no version of it is recorded", Kind.ABSENT))
    got = pull_versions(store, remote, wanted, jobs, progress)
    return got + Transferred(failed=tuple(unknown)), remote.url


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
    move: Callable[[Remote, _Batch], tuple[Transferred, str]],
) -> SharedData:
    shared = SharedData()
    for name, batch in _by_remote(project, request, needs).items():
        done, url = move(choose_remote(project.settings, name), batch)
        lost = tuple(_lost(open_store(project), batch.needs, failure) for failure in done.failed)
        shared = SharedData(
            shared.files + done.files,
            shared.size + done.size,
            tuple(dict.fromkeys((*shared.lost, *lost))),
            (*shared.remotes, url),
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
