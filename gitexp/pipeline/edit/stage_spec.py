"""A stage as `stage add` is told of it, and the entry of dvc.yaml that says so (formats.md 12.1)."""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Mapping, Sequence

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.pipeline.params import DEFAULT_FILE
from gitexp.pipeline.stage import OutKind, Value

_BAD_IN_NAMES = frozenset(string.punctuation) - {"-", "_"}
_SECTIONS = {OutKind.OUT: "outs", OutKind.METRIC: "metrics", OutKind.PLOT: "plots"}
_ANNOTATIONS = ("desc", "type", "labels", "meta")


@dataclass(frozen=True, slots=True)
class OutSpec:
    """One out, metric or plot; `path` as typed, relative to the stage's wdir."""

    path: str
    kind: OutKind = OutKind.OUT
    cache: bool = True
    persist: bool = False


@dataclass(frozen=True, slots=True)
class StageSpec:
    """What a new stage shall be. `params` maps a params file to its keys, none for the whole file."""

    name: str
    cmd: str
    wdir: str | None = None  # relative to the folder of dvc.yaml
    deps: tuple[str, ...] = ()
    params: Mapping[str, tuple[str, ...]] | None = None
    outs: tuple[OutSpec, ...] = ()
    desc: str | None = None
    always_changed: bool = False

    def check(self) -> None:
        """Raise ExpError for what no dvc.yaml could hold, whatever else is in it."""
        if not self.name:
            raise ExpError("a stage needs a name.", "exp stage add -n NAME COMMAND")
        bad = [character for character in self.name if character in _BAD_IN_NAMES]
        if bad:
            raise ExpError(
                f"'{self.name}' can't name a stage: '{bad[0]}' is not allowed.",
                "use letters, digits, spaces, - and _.",
            )
        if not self.cmd.strip():
            raise ExpError("a stage needs a command.", f"exp stage add -n {self.name} COMMAND")
        outs = [out.path for out in self.outs]
        for paths in (self.deps, outs):
            twice = [path for path, times in Counter(paths).items() if times > 1]
            if twice:
                raise ExpError(f"'{twice[0]}' is given more than once.")
        both = [path for path in outs if path in self.deps]
        if both:
            raise ExpError(f"'{both[0]}' is given as an output and as a dependency of the same stage.")


def parse_param_options(texts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """`-p [file:]key,key` options as file -> keys, sorted; `-p file:` alone is the whole file."""
    keys: dict[str, set[str]] = {}
    for text in texts:
        file, _, names = text.rpartition(":")
        keys.setdefault(file or DEFAULT_FILE, set()).update(name for name in names.split(",") if name)
    return {file: tuple(sorted(keys[file])) for file in sorted(keys)}


def stage_entry(spec: StageSpec, old: Mapping[str, Value] | None = None) -> dict[str, Value]:
    """The mapping of dvc.yaml for `spec`, in DVC's order; what describes the `old` stage is kept."""
    old = old or {}
    entry: dict[str, Value] = {}
    if spec.desc or old.get("desc"):
        entry["desc"] = spec.desc or old["desc"]
    entry["cmd"] = spec.cmd
    if spec.wdir and spec.wdir != ".":
        entry["wdir"] = spec.wdir
    if spec.deps:
        entry["deps"] = sorted(spec.deps)
    if spec.params:
        entry["params"] = _param_items(spec.params)
    for kind, section in _SECTIONS.items():
        outs = sorted((out for out in spec.outs if out.kind is kind), key=lambda out: out.path)
        if outs:
            entry[section] = [_out_item(out, _annotations(old, section, out.path)) for out in outs]
    if spec.always_changed:
        entry["always_changed"] = True
    if old.get("meta") is not None:
        entry["meta"] = old["meta"]
    return entry


def _param_items(params: Mapping[str, tuple[str, ...]]) -> list[Value]:
    plain: list[Value] = list(params.get(DEFAULT_FILE, ()))
    files = [(file, keys) for file, keys in params.items() if file != DEFAULT_FILE or not keys]
    return plain + [{file: list(keys) or None} for file, keys in files]


def _out_item(out: OutSpec, annotations: Mapping[str, Value]) -> Value:
    flags: dict[str, Value] = dict(annotations)
    if not out.cache:
        flags["cache"] = False
    if out.persist:
        flags["persist"] = True
    return {out.path: flags} if flags else out.path


def _annotations(old: Mapping[str, Value], section: str, path: str) -> dict[str, Value]:
    """What the old stage said about an out that the new one has too."""
    items = old.get(section)
    for item in items if isinstance(items, list) else []:
        flags = item.get(path) if isinstance(item, dict) else None
        if isinstance(flags, dict):
            return {name: flags[name] for name in _ANNOTATIONS if name in flags}
    return {}
