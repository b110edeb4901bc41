"""What overrides make of a file's values: plain data in, plain data out.

The rules are those of Hydra and OmegaConf on a config that takes no unknown keys (formats.md 6.2): a dict
merges into a dict, a list replaces a list, `+` adds, `++` adds or changes, `~` deletes. OmegaConf itself is
only loaded for `${…}`: it costs 55 ms.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gitexp import deferred
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError, near
from gitexp.pipeline.override.overrides import Override, OverrideKind
from gitexp.pipeline.params import MISSING, pick
from gitexp.pipeline.stage import Value


def overridden(values: dict[Value, Value], overrides: Sequence[Override]) -> dict[Value, Value]:
    """A copy of `values` with `overrides` applied in order, `${…}` in their values resolved at the end.

    Raises ExpError for a key that is not there (or, with `+`, is), and for values that don't fit.
    """
    result: dict[Value, Value] = _copy(values)
    for override in overrides:
        change = _Change(result, override)
        if override.kind is OverrideKind.DELETE:
            change.delete()
        else:
            change.put()
    _resolve(result, [item for item in overrides if _interpolates(item.value)])
    return result


@dataclass(frozen=True, slots=True)
class _Change:
    """One override at work on the values of its file."""

    values: dict[Value, Value]
    override: Override

    @property
    def adds(self) -> bool:
        return self.override.kind in (OverrideKind.ADD, OverrideKind.FORCE)

    def put(self) -> None:
        value = self.override.value
        present = pick(self.values, self.override.key)
        if self.override.kind is OverrideKind.ADD and _is_taken(present, value):
            raise ExpError(
                f"{self.override.file} already has '{self.override.key}'.",
                f"-S '{_retyped(self.override, OverrideKind.SET)}' changes it.",
            )
        folder, key = self.place()
        if isinstance(value, (dict, list)) and isinstance(present, (dict, list)):
            self.merge(folder, key, value, self.override.key)
        else:
            folder[key] = _copy(value)

    def delete(self) -> None:
        present = pick(self.values, self.override.key)
        if present is MISSING:
            raise self.unknown(self.override.key)
        if self.override.value is not None and present != self.override.value:
            raise ExpError(
                f"`{self.override.short}` deletes only that value, "
                f"but '{self.override.key}' is {present!r} in {self.override.file}.",
                f"-S '~{self.override.key}' deletes whatever is there.",
            )
        folder, key = self.place()
        del folder[key]

    def place(self) -> tuple[Value, Value]:
        """The dict or list that holds the override's key, and the key in it."""
        *folders, last = self.override.key.split(".")
        folder: Value = self.values
        for name in folders:
            folder = self.enter(folder, name)
        return folder, self.key_in(folder, last)

    def enter(self, folder: Value, name: str) -> Value:
        """The dict or list under `name`; when adding, what is missing or no container becomes a dict."""
        key = self.key_in(folder, name)
        there = folder[key] if not isinstance(folder, dict) or key in folder else None
        if not isinstance(there, (dict, list)):
            if not self.adds:
                raise self.unknown(self.override.key)
            folder[key] = there = {}
        return there

    def key_in(self, folder: Value, name: str) -> Value:
        """`name` as a key of `folder`: a list's index; a dict's key, or the one that reads like it."""
        if isinstance(folder, list):
            if name.isdigit() and int(name) < len(folder):
                return int(name)
            raise ExpError(
                f"`{self.override.short}`: the list in {self.override.file} has no element '{name}': "
                f"it has {len(folder)}, counted from 0."
            )
        alike = name if name in folder else next((key for key in folder if str(key) == name), None)
        if alike is None and not self.adds:
            raise self.unknown(self.override.key)
        return name if alike is None else alike

    def merge(self, folder: Value, key: Value, value: Value, dotted: str) -> None:
        there = folder[key]
        if isinstance(there, dict) is not isinstance(value, dict):
            kinds = {True: "a dict", False: "a list"}
            raise ExpError(
                f"`{self.override.short}`: '{dotted}' is {kinds[isinstance(there, dict)]} "
                f"in {self.override.file} and can't take {kinds[isinstance(value, dict)]}.",
                f"to replace it, delete it first: -S '~{dotted}' -S '+{dotted}=…'.",
            )
        if isinstance(there, list):
            folder[key] = _copy(value)
            return
        for name, item in value.items():
            if name not in there and not self.adds:
                raise self.unknown(f"{dotted}.{name}")
            if isinstance(item, (dict, list)) and isinstance(there.get(name), (dict, list)):
                self.merge(there, name, item, f"{dotted}.{name}")
            else:
                there[name] = _copy(item)

    def unknown(self, dotted: str) -> ExpError:
        """The error for a key that is not there, with the keys that may have been meant."""
        names = list(_dotted(self.values))
        last = dotted.rpartition(".")[2]
        elsewhere = [name for name in names if name.rpartition(".")[2] == last]
        close = list(dict.fromkeys([*elsewhere, *near(dotted, names)]))[:3]
        hint = f"did you mean {' or '.join(close)}? " if close else ""
        if self.override.kind is not OverrideKind.DELETE:
            hint += f"-S '{_retyped(self.override, OverrideKind.ADD)}' adds it."
        return ExpError(f"{self.override.file} has no '{dotted}'.", hint.strip() or None)


def _copy(value: Value) -> Value:
    """A deep copy that shares nothing: what YAML aliases share, an override changes in one place only."""
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    return [_copy(item) for item in value] if isinstance(value, list) else value


def _is_taken(present: Value, value: Value) -> bool:
    """Whether `+` is refused: a container is merged, and null counts as nothing."""
    return present is not MISSING and present is not None and not isinstance(value, (dict, list))


def _dotted(values: dict[Value, Value], prefix: str = "") -> Iterator[str]:
    for key, value in values.items():
        yield f"{prefix}{key}"
        if isinstance(value, dict):
            yield from _dotted(value, f"{prefix}{key}.")


def _retyped(override: Override, kind: OverrideKind) -> str:
    """The override as it would be typed with another kind."""
    file = override.text.removesuffix(override.short)
    return f"{file}{kind.value}{override.short.lstrip('+~')}"


def _interpolates(value: Value) -> bool:
    if isinstance(value, str):
        return "${" in value
    if isinstance(value, dict):
        return any(_interpolates(item) for item in value.values())
    return isinstance(value, list) and any(_interpolates(item) for item in value)


def _resolve(values: dict[Value, Value], overrides: Sequence[Override]) -> None:
    """Replace the `${…}` that these overrides brought by what they point at.

    What the file itself says with `${…}` stays as written: it is for whoever reads the file.
    """
    if not overrides:
        return
    omegaconf = deferred.module("omegaconf")
    for override in overrides:
        if pick(values, override.key) is MISSING:
            continue  # a later override took it away
        try:
            config = omegaconf.OmegaConf.create(values, flags={"allow_objects": True})
            node = omegaconf.OmegaConf.select(config, override.key)
            is_config = omegaconf.OmegaConf.is_config(node)
            value = omegaconf.OmegaConf.to_container(node, resolve=True) if is_config else node
        except omegaconf.errors.OmegaConfBaseException as error:
            reason = str(error).splitlines()[0].rstrip(".")
            message = f"`{override.short}` can't be resolved against {override.file}: {reason}."
            raise ExpError(message) from error
        folder, key = _Change(values, override).place()
        folder[key] = value
