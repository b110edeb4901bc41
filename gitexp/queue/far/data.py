"""The data that a run on a machine that shares nothing has made goes to the data remotes, its runs after it.

`send_run` does so for one stage as soon as it is over, `send_data` for all that is left in the end.

Only what belongs to this run is looked at: neither cache nor run cache is walked. What a process has sent,
or found there, it does not ask for again.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import field
from functools import lru_cache
from pathlib import Path

from gitexp.build.runcache import RunCache, may_save
from gitexp.cache.remotes.push import push_objects, push_run_files
from gitexp.cache.remotes.remote import Kind, RemoteStore, Transferred, open_remote
from gitexp.cache.store import Store
from gitexp.content import Hash
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.data.needed import needs_of_stage
from gitexp.experiment.pipelines import ReadPipeline, read_pipeline
from gitexp.experiment.stores import open_store
from gitexp.git.objects import ObjectReader
from gitexp.git.tree_files import TreeFiles
from gitexp.pipeline.lock import LockEntry
from gitexp.pipeline.source import visible
from gitexp.project import Project, Remote
from gitexp.project.remotes import choose_remote


@dataclass(slots=True)
class _Line:
    """A remote, and what is known to be there. One for all runs of a process: connections stay open."""

    remote: RemoteStore
    sent: set[str] = field(default_factory=set)  # hash values, paths of run-cache files
    lock: threading.Lock = field(default_factory=threading.Lock)


def send_data(project: Project, commit: str) -> None:
    """Push what the commit of a run needs, and what it added to the run cache.

    What is neither here nor there is nobody's loss: no stage needed it. Raises ExpError for the rest.
    """
    if not project.settings.remotes:
        return
    store = open_store(project)
    with ObjectReader(project.repo) as reader:
        read = read_pipeline(project, TreeFiles(reader, commit, project.prefix, visible))
    for name, hashes in _by_remote(read).items():
        _send(store, _line_of(project, name), hashes)
    _send_runs(project, store, *_runs(RunCache(store), read))


def send_run(project: Project, entry: LockEntry) -> None:
    """Push what a stage has just made, then its run: who finds the run finds its outs. Raises ExpError."""
    store = open_store(project)
    made = [out.hash for out in entry.outs if out.hash is not None]
    _send_runs(project, store, RunCache(store).files_of(entry), made)


def _send_runs(project: Project, store: Store, files: Iterable[Path], made: Iterable[Hash]) -> None:
    usual = _line_of(project, None)
    _send(store, usual, made)
    new = [file for file in files if str(file) not in usual.sent]
    _require(usual, push_run_files(store, usual.remote, new))
    with usual.lock:
        usual.sent.update(map(str, new))


def _by_remote(read: ReadPipeline) -> dict[str | None, list[Hash]]:
    batches: dict[str | None, list[Hash]] = {}
    for stage in read.graph.stages.values():
        for need in needs_of_stage(stage, read.locks.get(stage.address)):
            if need.push and not need.imported:
                batches.setdefault(need.remote, []).append(need.hash)
    return batches


def _runs(cache: RunCache, read: ReadPipeline) -> tuple[list[Path], list[Hash]]:
    """The run-cache files of the stages, and what those runs made: uncached metrics are stored for them."""
    files: list[Path] = []
    made: list[Hash] = []
    for address, entry in read.locks.items():
        kept = cache.files_of(entry) if may_save(read.graph.stages[address]) else []
        files += kept
        made += [out.hash for out in entry.outs if out.hash is not None] if kept else []
    return files, made


def _send(store: Store, line: _Line, hashes: Iterable[Hash]) -> None:
    wanted = [hash for hash in dict.fromkeys(hashes) if hash.value not in line.sent]
    if not wanted:
        return
    sent = push_objects(store, line.remote, wanted)
    _require(line, sent)
    lost = {failure.subject for failure in sent.failed}
    with line.lock:
        line.sent.update(hash.value for hash in wanted if hash.value not in lost)


def _require(line: _Line, sent: Transferred) -> None:
    failed = [failure for failure in sent.failed if failure.kind is not Kind.ABSENT]
    if failed:
        raise ExpError(f"data could not be pushed to {line.remote.url}: {failed[0].reason}")


def _line_of(project: Project, name: str | None) -> _Line:
    chosen = choose_remote(project.settings, name)
    return _line(chosen.name, chosen.url, tuple(sorted(chosen.options.items())))


@lru_cache(maxsize=32)
def _line(name: str, url: str, options: tuple[tuple[str, str], ...]) -> _Line:
    return _Line(open_remote(Remote(name, url, dict(options))))
