"""Which stages are not as their lock entry says, and how: the data of `exp status`, in DVC's words too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gitexp.build.changes import always_changed, command_change, input_changes, out_changes
from gitexp.build.contents import Contents, contents_of
from gitexp.build.locks import Locks
from gitexp.build.plan import Cause, Reason
from gitexp.build.site import Site
from gitexp.dataclass import dataclass
from gitexp.pipeline.graph import Graph
from gitexp.pipeline.lock import LockEntry
from gitexp.pipeline.stage import Stage, Value

_DVC_WORDS = {
    # For DVC what has no recorded hash is modified, too.
    Cause.DEP_NEW: "modified",
    Cause.OUT_NEW: "modified",
    Cause.DEP_MODIFIED: "modified",
    Cause.OUT_MODIFIED: "modified",
    Cause.PARAM_MODIFIED: "modified",
    Cause.DEP_DELETED: "deleted",
    Cause.OUT_DELETED: "deleted",
    Cause.PARAM_DELETED: "deleted",
    Cause.PARAM_NEW: "new",
    Cause.OUT_NOT_IN_CACHE: "not in cache",
}
_OF_OUTS = frozenset({Cause.OUT_NEW, Cause.OUT_MODIFIED, Cause.OUT_DELETED, Cause.OUT_NOT_IN_CACHE})
_OF_PARAMS = frozenset({Cause.PARAM_NEW, Cause.PARAM_MODIFIED, Cause.PARAM_DELETED})


@dataclass(frozen=True, slots=True)
class StageStatus:
    """A stage that is not up to date by itself; whether upstream stages are is no part of it."""

    stage: Stage
    reasons: tuple[Reason, ...]
    entry: LockEntry | None  # None: it never ran


def status(
    graph: Graph, site: Site, locks: Locks, stages: Sequence[Stage] | None = None
) -> tuple[StageStatus, ...]:
    """The changed ones of `stages` (default: all), in their order. Raises ExpError for unreadable files."""
    contents = contents_of(site, graph, locks)
    found = []
    for stage in graph.stages.values() if stages is None else stages:
        entry = locks.get(stage.address)
        reasons = tuple(_reasons(stage, entry, contents, site))
        if reasons:
            found.append(StageStatus(stage, reasons, entry))
    return tuple(found)


def _reasons(stage: Stage, entry: LockEntry | None, contents: Contents, site: Site) -> Iterator[Reason]:
    yield from always_changed(stage)
    yield from command_change(stage, entry)
    if stage.cmd is not None:
        yield from input_changes(stage, entry, contents)
    yield from out_changes(stage, entry, contents, site.store)


def as_dvc_data(changed: StageStatus) -> list[Value]:
    """What `dvc status --json` has for the stage: 'changed deps', 'changed outs', 'changed command' …"""
    data: list[Value] = []
    deps = _deps(changed)
    outs = {
        reason.subject: _DVC_WORDS[reason.cause] for reason in changed.reasons if reason.cause in _OF_OUTS
    }
    causes = {reason.cause for reason in changed.reasons}
    data += [{"changed deps": deps}] if deps else []
    data += [{"changed outs": outs}] if outs else []
    data += ["changed command"] if Cause.COMMAND in causes else []
    data += ["always changed"] if Cause.ALWAYS in causes else []
    return data


def _deps(changed: StageStatus) -> dict[str, Value]:
    """Deps by path; params by file and key, or the whole file where it is gone or was never recorded."""
    deps: dict[str, Value] = {}
    for reason in changed.reasons:
        subject = reason.subject or ""
        if reason.cause in (Cause.DEP_NEW, Cause.DEP_MODIFIED, Cause.DEP_DELETED):
            deps[subject] = _DVC_WORDS[reason.cause]
        elif reason.cause in _OF_PARAMS:
            file = _params_file(changed.stage, subject)
            if subject == file:
                deps[file] = "deleted"
            elif not _was_recorded(changed, file):
                deps[file] = "new"
            else:
                deps.setdefault(file, {})[subject[len(file) + 1 :]] = _DVC_WORDS[reason.cause]
    return deps


def _params_file(stage: Stage, subject: str) -> str:
    """The params file of `file:key`: both may have colons in them."""
    return next(dep.path for dep in stage.params if subject == dep.path or subject.startswith(dep.path + ":"))


def _was_recorded(changed: StageStatus, file: str) -> bool:
    written = {dep.path: dep.written for dep in changed.stage.params}[file]
    return changed.entry is not None and written in changed.entry.params
