"""A stage added to, frozen in or removed from the text of a dvc.yaml; everything else keeps its form."""

from __future__ import annotations

from collections.abc import Callable

from gitexp.errors import ExpError, near
from gitexp.pipeline.edit.edits import find_edits, same
from gitexp.pipeline.edit.spots import find, line_end, line_start, newline_of, next_line, replaced
from gitexp.pipeline.edit.stage_spec import StageSpec, stage_entry
from gitexp.pipeline.edit.yaml_spots import yaml_spots
from gitexp.pipeline.edit.yaml_text import edit_yaml
from gitexp.pipeline.edit.yaml_whole import edit_yaml_whole
from gitexp.pipeline.stage import Value
from gitexp.pipeline.yaml import dump_yaml, parse_yaml

Manifest = dict[str, Value]


def add_stage(text: bytes | None, spec: StageSpec, force: bool = False, name: str = "dvc.yaml") -> bytes:
    """The manifest with the stage of `spec`; `text` is None when there is no file yet, `name` is for errors.

    With `force` a stage of that name is replaced: its desc, meta and the annotations of its outs stay.
    Raises ExpError for a spec that makes no sense, and for a name that is taken.
    """
    spec.check()
    manifest = _parse(text or b"", name)
    stages = manifest.get("stages") or {}
    old = stages.get(spec.name)
    if old is not None and not force:
        raise ExpError(
            f"stage '{spec.name}' already exists in '{name}'.",
            "-f replaces it; another -n adds one beside it.",
        )
    entry = stage_entry(spec, old if isinstance(old, dict) else None)
    wanted = {**manifest, "stages": {**stages, spec.name: entry}}
    decoded = (text or b"").decode()
    added = None if old is not None else _with_new_stage(decoded, spec.name, entry)
    return _checked(decoded, added, manifest, wanted, name)


def remove_stage(text: bytes, stage: str, name: str = "dvc.yaml") -> bytes:
    """The manifest without `stage`. Raises ExpError when it has none of that name."""
    manifest = _parse(text, name)
    _find_stage(manifest, stage, name)
    kept = {key: value for key, value in manifest["stages"].items() if key != stage}
    return _checked(text.decode(), None, manifest, {**manifest, "stages": kept}, name)


def freeze_stage(text: bytes, stage: str, name: str = "dvc.yaml") -> bytes:
    """The manifest with `stage` frozen; of a foreach group, all its stages."""
    return _change_stage(text, stage, name, lambda entry: {**entry, "frozen": True})


def unfreeze_stage(text: bytes, stage: str, name: str = "dvc.yaml") -> bytes:
    return _change_stage(
        text, stage, name, lambda entry: {key: value for key, value in entry.items() if key != "frozen"}
    )


def freeze_file(text: bytes, name: str) -> bytes:
    """A .dvc file, frozen. Raises ExpError when it can't be read or edited."""
    data = _mapping(text, name)
    return _checked(text.decode(), None, data, {**data, "frozen": True}, name)


def unfreeze_file(text: bytes, name: str) -> bytes:
    data = _mapping(text, name)
    return _checked(
        text.decode(), None, data, {key: value for key, value in data.items() if key != "frozen"}, name
    )


def _change_stage(text: bytes, stage: str, name: str, change: Callable[[Manifest], Manifest]) -> bytes:
    manifest = _parse(text, name)
    entry = _find_stage(manifest, stage, name)
    changed = {**entry, "do": change(entry["do"])} if isinstance(entry.get("do"), dict) else change(entry)
    wanted = {**manifest, "stages": {**manifest["stages"], stage: changed}}
    return _checked(text.decode(), None, manifest, wanted, name)


def _find_stage(manifest: Manifest, stage: str, name: str) -> Manifest:
    stages = manifest.get("stages")
    entry = stages.get(stage) if isinstance(stages, dict) else None
    if isinstance(stages, dict) and isinstance(entry, dict):
        return entry
    close = near(stage, [str(key) for key in stages or {}])
    raise ExpError(
        f"'{name}' has no stage '{stage}'.", f"did you mean {' or '.join(close)}?" if close else None
    )


def _parse(text: bytes, name: str) -> Manifest:
    manifest = parse_yaml(text, name)
    if manifest is None:
        return {}
    if not isinstance(manifest, dict) or not isinstance(manifest.get("stages") or {}, dict):
        raise ExpError(f"'{name}' is no pipeline: `stages:` must be a mapping of names to stages.")
    return manifest


def _mapping(text: bytes, name: str) -> Manifest:
    data = parse_yaml(text, name)
    if not isinstance(data, dict):
        raise ExpError(f"'{name}' tracks nothing: it must be a mapping.")
    return data


def _checked(text: str, edited: str | None, old: Manifest, wanted: Manifest, name: str) -> bytes:
    """`edited`, or `text` edited by the difference, whichever first holds exactly `wanted`."""
    edits = list(find_edits(old, wanted))
    ways: tuple[Callable[[], str | None], ...] = (
        lambda: edited,
        lambda: edit_yaml(text, edits, wanted),
        lambda: edit_yaml_whole(text, edits),
    )
    for way in ways:
        result = way()
        if result is not None and _holds(result, wanted):
            return result.encode()
    raise ExpError(f"'{name}' is written in a way that can't be edited.", "edit it by hand.")


def _holds(text: str, wanted: Manifest) -> bool:
    try:
        return same(parse_yaml(text.encode(), ""), wanted)
    except ExpError:
        return False


def _with_new_stage(text: str, stage: str, entry: Manifest) -> str | None:
    """The stage's lines, as DVC writes them, put after the last stage. None where they have no place."""
    head, *lines = dump_yaml({"stages": {stage: entry}}).decode().splitlines()
    newline = newline_of(text)
    root = yaml_spots(text)
    place = find(root, ("stages",)) if root is not None else None
    if root is None or place is None:
        text += "" if not text or text.endswith("\n") else newline
        return text + "".join(line + newline for line in (head, *lines))
    if place.spot.flow or not place.spot.members:
        return None
    first = place.spot.members[0].start
    indent = text[line_start(text, first) : first]
    at = _end_of_block(text, place.spot.end, len(indent))
    if text[:at] and not text[:at].endswith("\n"):
        text = replaced(text, at, at, newline)
        at += len(newline)
    return replaced(text, at, at, "".join(f"{indent}{line[2:]}".rstrip(" ") + newline for line in lines))


def _end_of_block(text: str, offset: int, indent: int) -> int:
    """Where a block goes on: past the blank lines and the comments, as far in as its keys, after `offset`."""
    at = next_line(text, offset)
    while at < len(text):
        line = text[at : line_end(text, at)]
        words = line.lstrip(" ")
        if words and not (words.startswith("#") and len(line) - len(words) >= indent):
            break
        at = next_line(text, at)
    return at
