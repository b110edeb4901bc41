"""From a resolved definition (no templates left) to a Stage record."""

from __future__ import annotations

from collections.abc import Mapping

from gitexp.dataclass import dataclass
from gitexp.pipeline.manifest import Manifest
from gitexp.pipeline.params import DEFAULT_FILE
from gitexp.pipeline.paths import as_defined, is_manifest, kind_of, rooted
from gitexp.pipeline.schema import Keys, described
from gitexp.pipeline.stage import Dep, DepKind, Out, OutKind, ParamDep, PlotStyle, Stage, Value

_PLOT_KEYS = ("template", "x", "y", "x_label", "y_label", "title", "header")
_SECTIONS = (("outs", OutKind.OUT), ("metrics", OutKind.METRIC), ("plots", OutKind.PLOT))


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a definition came from."""

    manifest: Manifest
    keys: Keys  # of the definition in the manifest
    root: str | None = None  # the DVC root's absolute path, where known
    group: str | None = None
    templated: bool = False


def build_stage(name: str, definition: Mapping[str, Value], origin: Origin) -> Stage:
    """The record of one stage. Raises ExpError where templating gave what can't stand there."""
    manifest = origin.manifest
    wdir = _wdir(definition.get("wdir"), origin)
    folder = "" if wdir == "." else wdir
    return Stage(
        name=name,
        file=manifest.file,
        cmd=_command(definition["cmd"], origin),
        wdir=wdir,
        deps=_deps(definition.get("deps", ()), folder, origin),
        params=_params(definition.get("params", ()), folder, origin) if "params" in definition else (),
        outs=_outs(definition, folder, origin),
        frozen=definition.get("frozen", False),
        always_changed=definition.get("always_changed", False),
        desc=definition.get("desc"),
        meta=definition.get("meta"),
        group=origin.group,
        line=manifest.lines.get(origin.keys[:2]),
        templated=origin.templated,
    )


def _wdir(written: Value, origin: Origin) -> str:
    if written is None:
        return origin.manifest.folder or "."
    return rooted(_text(written, origin, "wdir"), origin.manifest.folder, origin.root)


def _text(value: Value, origin: Origin, *keys: Value) -> str:
    if isinstance(value, str) and value:
        return value
    what = "text, got nothing" if value == "" else f"text, got {described(value)}"
    raise origin.manifest.error((*origin.keys, *keys), f"'{keys[0]}': expected {what}")


def _command(cmd: Value, origin: Origin) -> str | tuple[str, ...]:
    if isinstance(cmd, list):
        return tuple(_text(line, origin, "cmd", index) for index, line in enumerate(cmd))
    return cmd if isinstance(cmd, str) and cmd else _text(cmd, origin, "cmd")


def _deps(written: Value, folder: str, origin: Origin) -> tuple[Dep, ...]:
    deps = []
    for index, item in enumerate(written):
        text = as_defined(_text(item, origin, "deps", index), folder, origin.root)
        kind = kind_of(text)
        if is_manifest(text):
            message = f"'{text}' is a file of DVC's own and can't be a dep"
            raise origin.manifest.error((*origin.keys, "deps", index), message)
        deps.append(Dep(text, rooted(text, folder, origin.root) if kind is DepKind.FILE else text, kind))
    return tuple(deps)


def _params(written: Value, folder: str, origin: Origin) -> tuple[ParamDep, ...]:
    """Keys by file, in the order files come first; an entry without keys means the whole file, and wins."""
    whole = {file for item in written if isinstance(item, dict) for file, keys in item.items() if not keys}
    by_file: dict[str, list[str]] = {}
    for index, item in enumerate(written):
        if isinstance(item, dict):
            for file, keys in item.items():
                found = by_file.setdefault(_text(file, origin, "params", index), [])
                if file not in whole:
                    found += _param_keys(keys, file, index, origin)
        elif DEFAULT_FILE not in whole:
            by_file.setdefault(DEFAULT_FILE, []).append(_text(item, origin, "params", index))
    return tuple(
        ParamDep(
            as_defined(file, folder, origin.root),
            rooted(file, folder, origin.root),
            None if file in whole else tuple(keys),
        )
        for file, keys in by_file.items()
    )


def _param_keys(keys: Value, file: str, index: int, origin: Origin) -> list[str]:
    if not isinstance(keys, list):
        message = f"'params': expected a list of keys of {file}, got {described(keys)}"
        raise origin.manifest.error((*origin.keys, "params", index), message)
    return [_text(key, origin, "params", index, file, place) for place, key in enumerate(keys)]


def _outs(definition: Mapping[str, Value], folder: str, origin: Origin) -> tuple[Out, ...]:
    outs = []
    for section, kind in _SECTIONS:
        if section not in definition:
            continue
        for written, (flags, index) in _merged_flags(definition[section], section, origin).items():
            if is_manifest(written):
                message = f"'{written}' is a file of DVC's own and can't be an out"
                raise origin.manifest.error((*origin.keys, section, index), message)
            outs.append(_out(written, flags, kind, folder, origin.root))
    return tuple(outs)


def _merged_flags(items: Value, section: str, origin: Origin) -> dict[str, tuple[Mapping[str, Value], int]]:
    """Flags by path; a path that comes twice in a section has the flags of both."""
    merged: dict[str, tuple[Mapping[str, Value], int]] = {}
    for index, item in enumerate(items):
        pairs = item.items() if isinstance(item, dict) else ((item, {}),)
        for path, flags in pairs:
            written = _text(path, origin, section, index)
            if not isinstance(flags, dict):
                message = f"'{section}': expected the flags of '{written}', got {described(flags)}"
                raise origin.manifest.error((*origin.keys, section, index), message)
            before = merged.get(written)
            merged[written] = ({**before[0], **flags} if before else flags, index)
    return merged


def _out(written: str, flags: Mapping[str, Value], kind: OutKind, folder: str, root: str | None) -> Out:
    text = as_defined(written, folder, root)
    path = rooted(text, folder, root) if kind_of(text) is DepKind.FILE else text
    if not flags:
        return Out(text, path, kind)
    style = {key: flags[key] for key in _PLOT_KEYS if key in flags}
    return Out(
        text,
        path,
        kind,
        cache=flags.get("cache", True),
        persist=flags.get("persist", False),
        push=flags.get("push", True),
        remote=flags.get("remote"),
        desc=flags.get("desc"),
        type=flags.get("type"),
        labels=tuple(flags.get("labels", ())),
        meta=flags.get("meta"),
        plot=PlotStyle(**style) if style else None,
    )
