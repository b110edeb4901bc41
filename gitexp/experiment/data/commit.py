"""`exp commit`: record what is in the workspace as it is, in locks, .dvc files and the cache; run nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gitexp.build.contents import Contents, contents_of
from gitexp.build.inputs import Missing, inputs_now, missing_input, with_outs
from gitexp.build.locks import Locks, locked_outs, write_locks
from gitexp.build.outs import missing_outs, record_outs
from gitexp.build.plan import Cause
from gitexp.build.runcache import RunCache, may_save
from gitexp.build.site import Site
from gitexp.build.status import StageStatus, status
from gitexp.build.versioned import ignore_outs
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.data.workspace_site import open_workspace_site
from gitexp.experiment.pipelines import ReadPipeline, read_pipeline
from gitexp.experiment.scope import caller_dir
from gitexp.pipeline.lock import LockEntry
from gitexp.pipeline.select import active_edges, find, reachable
from gitexp.pipeline.source import FolderFiles
from gitexp.pipeline.stage import Stage
from gitexp.project import Project

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Committed:
    """`stages`: addresses of what was recorded. `written`: files that changed, relative to the DVC root."""

    stages: tuple[str, ...]
    written: tuple[str, ...]


def commit_data(
    project: Project, words: Sequence[str], force: bool = False, with_deps: bool = False
) -> Committed:
    """Record stages and .dvc files (all, or those that `words` mean) as if they had just run.

    Unless `force`, raises ExpError before anything is written when one is not as recorded: then its outs
    may not be what its inputs make. Also for deps or outs that are not there.
    """
    read = read_pipeline(project, FolderFiles(project.root, project.repo))
    stages = chosen_stages(project, read, words, with_deps)
    with open_workspace_site(project) as (site, _):
        changed = status(read.graph, site, read.locks, stages)
        if not force:
            _refuse_changed(changed)
        return _record(site, read, stages if force else [found.stage for found in changed])


def chosen_stages(
    project: Project, read: ReadPipeline, words: Sequence[str], with_deps: bool = False
) -> list[Stage]:
    """The stages and .dvc files that `words` mean, all without any; `with_deps` adds those upstream of them.

    Raises ExpError for an unknown word.
    """
    addresses = list(read.graph.stages) if not words else []
    for word in words:
        addresses += find(read.graph, word, caller_dir(project), recursive=True, outs=True)
    if with_deps:
        addresses = list(reachable(active_edges(read.graph), addresses))
    return [read.graph.stages[address] for address in dict.fromkeys(addresses)]


def _refuse_changed(changed: Sequence[StageStatus]) -> None:
    """What only misses in the cache may be put there; all else is for the user to confirm."""
    doubtful = [
        f"\n  {found.stage.address}: {reason.cause.value} {reason.subject or ''}".rstrip()
        for found in changed
        for reason in found.reasons
        if reason.cause is not Cause.OUT_NOT_IN_CACHE
    ]
    if doubtful:
        more = f"\n  and {len(doubtful) - _SHOWN} more" if len(doubtful) > _SHOWN else ""
        raise ExpError(
            f"not as recorded:{''.join(doubtful[:_SHOWN])}{more}",
            "--force records it as it is; `exp run` makes anew what stages make.",
        )


def entries_now(site: Site, read: ReadPipeline, stages: Sequence[Stage]) -> dict[str, dict[str, LockEntry]]:
    """Lock file -> stage name -> what is to be recorded of the workspace; outs go into the cache.

    Raises ExpError for deps or outs that are not there.
    """
    contents = contents_of(site, read.graph, read.locks)
    entries: dict[str, dict[str, LockEntry]] = {}
    for stage in stages:
        entry = _data_entry if stage.is_data else _stage_entry
        entries.setdefault(stage.lock_file, {})[stage.name] = entry(site, contents, stage, read.locks)
    return entries


def _record(site: Site, read: ReadPipeline, stages: Sequence[Stage]) -> Committed:
    entries = entries_now(site, read, stages)
    written = write_locks(site.root, entries)
    folders = {
        out.path
        for stage in stages
        for out, hash in locked_outs(stage, entries[stage.lock_file][stage.name])
        if hash.is_dir
    }
    ignores = ignore_outs(site, stages, folders)
    return Committed(tuple(stage.address for stage in stages), (*written, *ignores))


def _data_entry(site: Site, contents: Contents, stage: Stage, locks: Locks) -> LockEntry:
    """What the .dvc file has to say: content that did not change keeps the hash of DVC 2 if it had one."""
    before = locks[stage.address]
    _require_outs(site, stage)
    same = {
        out.path: hash
        for out, hash in locked_outs(stage, before)
        if hash.same_content(contents.hash(out.path, hash.algorithm)) and site.store.has(hash)
    }
    if len(same) == len(stage.outs):
        return before
    found = {**record_outs(stage, site, contents), **same}
    paths = {out.written: out.path for out in stage.outs}
    return replace(before, outs=tuple(out.rehashed(found[paths[out.path]]) for out in before.outs))


def _stage_entry(site: Site, contents: Contents, stage: Stage, locks: Locks) -> LockEntry:
    inputs = inputs_now(stage, contents, locks.get(stage.address))
    if isinstance(inputs, Missing):
        raise missing_input(stage, inputs)
    _require_outs(site, stage)
    entry = with_outs(stage, inputs, record_outs(stage, site, contents))
    if may_save(stage):
        RunCache(site.store).save(entry)
    return entry


def _require_outs(site: Site, stage: Stage) -> None:
    missing = missing_outs(stage, site)
    if missing:
        raise ExpError(
            f"'{missing[0]}' of '{stage.address}' is not there, so it can't be recorded.",
            "`exp checkout` brings it from the cache, `exp run` makes it.",
        )
