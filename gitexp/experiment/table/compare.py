"""What differs between two revisions: metrics and params, old value, new value, change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gitexp.dataclass import dataclass
from gitexp.experiment.record import FileValues, Values
from gitexp.pipeline.stage import Value

Number = int | float


@dataclass(frozen=True, slots=True)
class Change:
    """One key of one file in two revisions; None where it is missing. `diff` only between numbers."""

    file: str
    key: str
    old: Value
    new: Value
    diff: Number | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    metrics: tuple[Change, ...]
    params: tuple[Change, ...]


def compare(old: Values, new: Values, everything: bool = False) -> Comparison:
    """The keys whose values differ, or with `everything` all keys; sorted within each file."""
    return Comparison(
        compare_files(old.metrics, new.metrics, everything),
        compare_files(old.params, new.params, everything),
    )


def compare_files(
    old: Mapping[str, FileValues], new: Mapping[str, FileValues], everything: bool = False
) -> tuple[Change, ...]:
    """The changes of all files, in the order of `new`, then what only `old` has."""
    files = dict.fromkeys([*new, *old])
    return tuple(
        change
        for file in files
        for change in _compare_file(file, flat_values(old.get(file)), flat_values(new.get(file)), everything)
    )


@dataclass(frozen=True, slots=True)
class Contrast:
    """One key of one file in several revisions; None where it is missing."""

    file: str
    key: str
    values: tuple[Value, ...]


def contrast_files(
    revisions: Sequence[Mapping[str, FileValues]], everything: bool = False
) -> tuple[Contrast, ...]:
    """The keys in which not all revisions agree, or with `everything` all; sorted within each file."""
    found = []
    for file in dict.fromkeys(file for files in revisions for file in files):
        flat = [flat_values(files.get(file)) for files in revisions]
        for key in sorted({key for values in flat for key in values}):
            values = tuple(_as_compared(one.get(key)) for one in flat)
            if everything or any(value != values[0] for value in values):
                found.append(Contrast(file, key, values))
    return tuple(found)


def _compare_file(
    file: str, old: Mapping[str, Value], new: Mapping[str, Value], everything: bool
) -> list[Change]:
    found = []
    for key in sorted({*old, *new}):
        before, after = _as_compared(old.get(key)), _as_compared(new.get(key))
        if everything or before != after:
            found.append(Change(file, key, before, after, _difference(before, after)))
    return found


def _as_compared(value: Value) -> Value:
    """Lists are compared and shown as text, as DVC does."""
    return str(value) if isinstance(value, list) else value


def _difference(old: Value, new: Value) -> Number | None:
    if isinstance(old, (int, float)) and isinstance(new, (int, float)):
        return new - old
    return None


def flat_values(values: FileValues | None) -> dict[str, Value]:
    """The leaves of a file by dotted key; '' is the key of a file that is one bare value."""
    if values is None or values.error is not None:
        return {}
    return flatten(values.values)


def flatten(data: Value) -> dict[str, Value]:
    """Nested mappings as one, keys joined by dots. Lists are leaves; empty mappings vanish."""
    if not isinstance(data, dict):
        return {} if data is None else {"": data}
    flat: dict[str, Value] = {}
    for key, inner in data.items():
        if isinstance(inner, dict):
            for below, leaf in flatten(inner).items():
                flat[f"{key}.{below}"] = leaf
        else:
            flat[str(key)] = inner
    return flat
