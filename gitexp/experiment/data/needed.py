"""Which objects a workspace, a revision or an experiment needs: the cached outs its locks name."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from types import TracebackType

from gitexp.build.cloud_versions import FileVersion, versions_of
from gitexp.build.locks import locked_outs
from gitexp.cache.entries import Entries
from gitexp.cache.store import Store
from gitexp.cache.tree import DirListing
from gitexp.cache.trouble import file_trouble
from gitexp.content import Hash
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.data_paths import owner_of, root_relative
from gitexp.experiment.pipelines import ReadPipeline, option_style
from gitexp.experiment.scope import caller_dir
from gitexp.experiment.table.parsed_files import ParsedFiles
from gitexp.git.objects import ObjectReader
from gitexp.git.tree_files import TreeFiles
from gitexp.pipeline.graph import build_graph
from gitexp.pipeline.lock import LockEntry
from gitexp.pipeline.select import active_edges, find, reachable
from gitexp.pipeline.source import Files, FolderFiles, visible
from gitexp.pipeline.stage import Out, OutKind, Pipeline, Stage
from gitexp.project import Project


@dataclass(frozen=True, slots=True)
class Need:
    """One cached out with its recorded hash, or (`only`) one path inside it. `path` is root-relative.

    `remote` is the out's own choice of a remote; `push` False keeps it off all of them; what is `imported`
    comes from another repository, which has its data.
    """

    path: str
    hash: Hash
    only: str | None = None
    remote: str | None = None
    push: bool = True
    imported: bool = False
    kind: OutKind = OutKind.OUT
    versions: tuple[FileVersion, ...] = ()  # on cloud-versioned remotes

    @property
    def shown(self) -> str:
        """How messages call it: a folder's path ends in '/'."""
        if self.only:
            return f"{self.path}/{self.only}"
        return f"{self.path}/" if self.hash.is_dir else self.path

    def covers(self, relpath: str) -> bool:
        """Whether a path inside is among what is needed."""
        return self.only is None or relpath == self.only or relpath.startswith(f"{self.only}/")


def place_lists(store: Store, needs: Iterable[Need]) -> None:
    """Let the cache know which files the folders have that only cloud-versioned remotes keep."""
    for need in needs:
        if need.versions and need.hash.is_dir and store.read_dir(need.hash) is None:
            entries = Entries.of({one.relpath: one.md5 for one in need.versions})
            try:
                store.put_manifest(DirListing(entries, need.hash.size or 0))
            except OSError as error:
                raise file_trouble("store", store.root, error) from error


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of all needs: those that `words` mean, none for all; with `glob` they are patterns of paths.

    `with_deps` adds what the stages upstream make. Nothing of more than `max_size` bytes; of `kinds` only.
    """

    words: tuple[str, ...] = ()
    with_deps: bool = False
    glob: bool = False
    max_size: int | None = None
    kinds: tuple[OutKind, ...] = ()

    def takes(self, need: Need) -> bool:
        """Whether size and kind are right."""
        fits = self.max_size is None or (need.hash.size or 0) <= self.max_size
        return fits and (not self.kinds or need.kind in self.kinds)


class NeedReader:
    """Needs of any number of revisions; files that they share are parsed once. A context manager."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._parsed = ParsedFiles(option_style(project.settings), str(project.root))
        self._objects = ObjectReader(project.repo)

    def __enter__(self) -> NeedReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._objects.close()

    def workspace(self, choice: Choice = Choice()) -> list[Need]:
        """What the locks and .dvc files of the workspace name: all of it, or what is chosen.

        Raises ExpError for a pipeline that can't be read and for words that mean nothing.
        """
        return self._read(FolderFiles(self._project.root, self._project.repo), choice)

    def commit(self, oid: str, choice: Choice = Choice()) -> list[Need]:
        """The same for a commit. Raises ExpError as `workspace` does."""
        return self._read(TreeFiles(self._objects, oid, self._project.prefix, visible), choice)

    def _read(self, files: Files, choice: Choice) -> list[Need]:
        pipeline = self._parsed.pipeline(files)
        locks = _Locks(files, self._parsed)
        if choice.words:
            read = ReadPipeline(files, build_graph(pipeline), locks.of(pipeline))
            return chosen_needs(self._project, read, choice)
        return list(dict.fromkeys(filter(choice.takes, _needs(pipeline.stages, locks))))


class _Locks:
    """The lock entries of one revision, by stage; each file is read once."""

    def __init__(self, files: Files, parsed: ParsedFiles) -> None:
        self._files = files
        self._parsed = parsed

    def get(self, stage: Stage) -> LockEntry | None:
        text = self._files.read(stage.lock_file)
        if text is None:
            return None
        return self._parsed.lock_entries(stage.lock_file, text).get(stage.name)

    def of(self, pipeline: Pipeline) -> dict[str, LockEntry]:
        found = ((stage.address, self.get(stage)) for stage in pipeline.stages)
        return {address: entry for address, entry in found if entry is not None}


def _needs(stages: Sequence[Stage], locks: _Locks) -> Iterator[Need]:
    for stage in stages:
        yield from needs_of_stage(stage, locks.get(stage))


def needs_of_stage(stage: Stage, entry: LockEntry | None) -> Iterator[Need]:
    """The cached outs of one stage or .dvc file that its entry has hashes for."""
    imported = entry is not None and any("repo" in dep.extra for dep in entry.deps)
    for out, hash in locked_outs(stage, entry):
        if _is_ours(out):
            locked = entry.out(out.written) if entry is not None else None
            versions = tuple(versions_of(locked)) if locked is not None and locked.extra else ()
            yield Need(out.path, hash, None, out.remote, out.push, imported, out.kind, versions)


def _is_ours(out: Out) -> bool:
    return out.cache and "://" not in out.path


def chosen_needs(project: Project, read: ReadPipeline, choice: Choice) -> list[Need]:
    """What is meant: outs, paths inside them, stages, .dvc files, folders; no word means everything.

    Raises ExpError for a word that means nothing.
    """
    if not choice.words:
        found = [need for stage in read.graph.stages.values() for need in _recorded(read, stage)]
    else:
        found = [need for word in choice.words for need in _meant(project, read, word, choice)]
    return list(dict.fromkeys(filter(choice.takes, found)))


def _meant(project: Project, read: ReadPipeline, word: str, choice: Choice) -> Iterator[Need]:
    if choice.glob:
        yield from _matching(project, read, word, choice)
        return
    path = root_relative(project, word)
    # As DVC has it, a stage comes before an out of the same name.
    owner = None if _is_stage(project, read, word) else owner_of(read.graph, path)
    if owner is not None:
        addresses: Collection[str] = [owner[1]]
        yield from _inside(read, path, *owner)
    else:
        addresses = find(read.graph, word, caller_dir(project), recursive=True)
    if choice.with_deps:
        addresses = reachable(active_edges(read.graph), addresses) - {owner[1] if owner else ""}
    elif owner is not None:
        return
    for address in addresses:
        yield from _recorded(read, read.graph.stages[address])


def _is_stage(project: Project, read: ReadPipeline, word: str) -> bool:
    folder = caller_dir(project)
    return (f"{folder}/dvc.yaml:{word}" if folder else word) in read.graph.stages


def _matching(project: Project, read: ReadPipeline, word: str, choice: Choice) -> Iterator[Need]:
    """The outs whose path matches a pattern, seen from where the user stands."""
    pattern = root_relative(project, word)
    plain = replace(choice, glob=False)
    paths = [path for path in read.graph.producers if fnmatchcase(path, pattern)]
    if not paths:
        raise ExpError(f"nothing that is tracked matches '{word}'.")
    for path in paths:
        yield from _meant(project, read, os.fspath(project.root / path), plain)


def _recorded(read: ReadPipeline, stage: Stage) -> Iterator[Need]:
    return needs_of_stage(stage, read.locks.get(stage.address))


def _inside(read: ReadPipeline, path: str, tracked: str, address: str) -> Iterator[Need]:
    found = (need for need in _recorded(read, read.graph.stages[address]) if need.path == tracked)
    whole = next(found, None)
    if whole is None:
        raise ExpError(
            f"nothing is recorded of '{tracked}' yet, or it is not kept in the cache.",
            f"make it: `exp run`, or record what is there: `exp commit {address}`.",
        )
    only = path[len(tracked) + 1 :] or None
    if only is not None and not whole.hash.is_dir:
        raise ExpError(f"'{tracked}' is a file, so there is no '{path}'.")
    yield Need(
        tracked, whole.hash, only, whole.remote, whole.push, whole.imported, whole.kind, whole.versions
    )
