"""The lock entry of a stage as it is now: what its command is about to get, what it made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gitexp.build.changes import plain
from gitexp.build.contents import Contents
from gitexp.content import Hash
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.pipeline.lock import LockedPath, LockEntry
from gitexp.pipeline.params import DEFAULT_FILE
from gitexp.pipeline.stage import DepKind, Stage, Value


@dataclass(frozen=True, slots=True)
class Missing:
    """An input that is not there: a dep, or a param (`file:key`)."""

    subject: str


def inputs_now(stage: Stage, contents: Contents, before: LockEntry | None) -> LockEntry | Missing:
    """cmd, deps and params of `stage` as they are now, in a lock file's order; or what is missing.

    What can't be looked up here (URLs, datasets) is taken over from the entry `before`.
    Raises ExpError for files that can't be read.
    """
    deps = []
    for dep in stage.deps:
        known = before.dep(dep.written) if before else None
        if dep.kind is not DepKind.FILE:
            deps += [known] if known else []
            continue
        found = contents.hash(dep.path)
        if found is None:
            return Missing(dep.path)
        deps.append(LockedPath(dep.written, found, known.extra if known else {}))
    params = _params_now(stage, contents)
    if isinstance(params, Missing):
        return params
    return LockEntry(stage.cmd, tuple(sorted(deps, key=lambda locked: locked.path)), params)


def with_outs(stage: Stage, inputs: LockEntry, outs: Mapping[str, Hash]) -> LockEntry:
    """`inputs` completed by what the stage made; `outs` is by root-relative path."""
    locked = [LockedPath(out.written, outs[out.path]) for out in stage.outs]
    return LockEntry(inputs.cmd, inputs.deps, inputs.params, tuple(sorted(locked, key=lambda out: out.path)))


def missing_input(stage: Stage, missing: Missing) -> ExpError:
    """The error for a stage that can't run."""
    file, _, key = missing.subject.rpartition(":")
    if any(dep.path == missing.subject for dep in stage.deps):
        return ExpError(
            f"its dep '{missing.subject}' does not exist.",
            "no stage makes it: add it, fetch it (`exp data pull`), or correct `deps` in " + stage.file + ".",
        )
    if file:
        return ExpError(
            f"its param '{key}' is missing from {file}.", f"add it there, or correct {stage.file}."
        )
    return ExpError(
        f"its params file '{missing.subject}' does not exist.", f"add it, or correct {stage.file}."
    )


def _params_now(stage: Stage, contents: Contents) -> dict[str, dict[str, Value]] | Missing:
    found: dict[str, dict[str, Value]] = {}
    for dep in stage.params:
        values = contents.params(dep)
        if values is None:
            return Missing(f"{dep.path}:{dep.keys[0]}" if dep.keys else dep.path)
        for key in dep.keys or ():
            if key not in values:
                return Missing(f"{dep.path}:{key}")
        found.setdefault(dep.written, {}).update({key: plain(value) for key, value in values.items()})
    return {file: dict(sorted(found[file].items())) for file in _file_order(found)}


def _file_order(files: Mapping[str, Mapping[str, Value]]) -> Iterator[str]:
    """params.yaml first, then by name."""
    yield from (file for file in files if file == DEFAULT_FILE)
    yield from sorted(file for file in files if file != DEFAULT_FILE)
