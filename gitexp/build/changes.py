"""What changed of a stage since its lock entry was written, as reasons. DVC's rules (formats.md 11.1).

Contents are compared by hash, never by time; sizes and exec bits don't count; params compare as Python
values, so 1 == 1.0. What was dropped from the stage's deps or outs is no change.
"""

from __future__ import annotations

from collections.abc import Iterator

from gitexp.build.cloud_versions import recorded_hash
from gitexp.build.contents import Contents
from gitexp.build.plan import Cause, Reason
from gitexp.cache.hashing import DOS2UNIX, MD5
from gitexp.cache.store import Store
from gitexp.content import Hash
from gitexp.pipeline.lock import LockEntry
from gitexp.pipeline.stage import Dep, DepKind, Out, ParamDep, Stage, Value

NOTHING = LockEntry(cmd=None)

_OF_INPUTS = frozenset(
    {
        Cause.NEVER_RAN,
        Cause.COMMAND,
        Cause.DEP_MODIFIED,
        Cause.DEP_DELETED,
        Cause.DEP_NEW,
        Cause.PARAM_MODIFIED,
        Cause.PARAM_DELETED,
        Cause.PARAM_NEW,
        Cause.ALWAYS,
        Cause.UPSTREAM,
    }
)


def touches_inputs(reason: Reason) -> bool:
    """Whether a reason is about what goes into the command, not about its outs."""
    return reason.cause in _OF_INPUTS


def input_changes(stage: Stage, entry: LockEntry | None, contents: Contents) -> Iterator[Reason]:
    """Changed deps and params. A frozen stage has none. Raises ExpError for files that can't be read."""
    if stage.frozen:
        return
    for dep in stage.deps:
        yield from dep_change(dep, entry or NOTHING, contents)
    for params in stage.params:
        yield from param_changes(params, entry or NOTHING, contents)


def command_change(stage: Stage, entry: LockEntry | None) -> Iterator[Reason]:
    """A changed command; none when there is no entry, so nothing to compare with."""
    if stage.cmd is not None and entry is not None and entry.cmd != stage.cmd:
        yield Reason(Cause.COMMAND, None, entry.cmd, stage.cmd)


def always_changed(stage: Stage) -> Iterator[Reason]:
    if stage.is_callback or stage.always_changed:
        yield Reason(Cause.ALWAYS)


def dep_change(dep: Dep, entry: LockEntry, contents: Contents) -> Iterator[Reason]:
    """How one dep differs from its entry. URLs and datasets are not looked up: they never do."""
    if dep.kind is not DepKind.FILE:
        return
    locked = entry.dep(dep.written)
    old = locked.hash if locked else None
    now = contents.hash(dep.path, _comparable(old))
    if now is None:
        yield Reason(Cause.DEP_DELETED, dep.path, _value(old))
    elif old is None:
        yield Reason(Cause.DEP_NEW, dep.path, None, now.value)
    elif not now.same_content(old):
        yield Reason(Cause.DEP_MODIFIED, dep.path, old.value, now.value)


def param_changes(dep: ParamDep, entry: LockEntry, contents: Contents) -> Iterator[Reason]:
    """How the values of one params file differ, key by key; the subject of a reason is `file:key`."""
    now = contents.params(dep)
    old = entry.params.get(dep.written, {})
    if now is None:
        yield Reason(Cause.PARAM_DELETED, dep.path)
        return
    for key in dict.fromkeys([*(dep.keys or now), *(() if dep.keys else old)]):
        subject = f"{dep.path}:{key}"
        if key not in now:
            yield Reason(Cause.PARAM_DELETED, subject, old.get(key))
        elif key not in old:
            yield Reason(Cause.PARAM_NEW, subject, None, now[key])
        elif plain(now[key]) != plain(old[key]):
            yield Reason(Cause.PARAM_MODIFIED, subject, old[key], now[key])


def out_changes(stage: Stage, entry: LockEntry | None, contents: Contents, store: Store) -> Iterator[Reason]:
    """Outs that are not what the entry says, or could not be brought back from the store if they were."""
    for out in stage.outs:
        yield from _out_change(out, entry or NOTHING, contents, store)


def _out_change(out: Out, entry: LockEntry, contents: Contents, store: Store) -> Iterator[Reason]:
    locked = entry.out(out.written)
    old = recorded_hash(locked) if locked else None
    now = contents.hash(out.path, _comparable(old))
    if old is not None and out.cache and not store.has(old):
        yield Reason(Cause.OUT_NOT_IN_CACHE, out.path, old.value, _value(now))
    elif now is None:
        yield Reason(Cause.OUT_DELETED, out.path, _value(old))
    elif old is None:
        yield Reason(Cause.OUT_NEW, out.path, None, now.value)
    elif not now.same_content(old):
        yield Reason(Cause.OUT_MODIFIED, out.path, old.value, now.value)


def _comparable(old: Hash | None) -> str:
    """The algorithm to hash with now; for foreign ones (etag …) any: they differ anyway."""
    return old.algorithm if old is not None and old.algorithm in (MD5, DOS2UNIX) else MD5


def _value(found: Hash | None) -> str | None:
    return found.value if found else None


def plain(value: Value) -> Value:
    """A params value as a lock file holds it: tuples and sets of a Python file are lists there."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted((plain(item) for item in value), key=repr)
    return value
