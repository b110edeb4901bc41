"""The least changes that turn one value into another: what an editor has to do to a file's text."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any

from gitexp.dataclass import dataclass
from gitexp.pipeline.stage import Value

Keys = tuple[Value, ...]  # dict keys and list indices, from the outside in


class EditKind(Enum):
    REPLACE = "replace"  # something is there: another value for it
    ADD = "add"  # a new key of a dict that is there, or the next element of a list
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Edit:
    kind: EditKind
    keys: Keys
    value: Value = None


def edit_in(document: Any, edit: Edit) -> None:
    """Do an edit that has keys in nested mappings and lists. Raises LookupError and TypeError."""
    folder = document
    for key in edit.keys[:-1]:
        folder = folder[key]
    if edit.kind is EditKind.DELETE:
        del folder[edit.keys[-1]]
    elif edit.kind is EditKind.ADD and isinstance(folder, list):
        folder.append(edit.value)
    else:
        folder[edit.keys[-1]] = edit.value


def find_edits(old: Value, new: Value, keys: Keys = ()) -> Iterator[Edit]:
    """Edits that make `new` of `old`, to be done in this order.

    A container that becomes or stops being empty is replaced as a whole: `{}` and `[]` have no lines.
    """
    if same(old, new):
        return
    if isinstance(old, dict) and isinstance(new, dict) and old and new:
        yield from _dict_edits(old, new, keys)
    elif isinstance(old, list) and isinstance(new, list) and old and new:
        yield from _list_edits(old, new, keys)
    else:
        yield Edit(EditKind.REPLACE, keys, new)


def _dict_edits(old: dict[Value, Value], new: dict[Value, Value], keys: Keys) -> Iterator[Edit]:
    kept = [key for key in old if key in new]
    if not kept:
        yield Edit(EditKind.REPLACE, keys, new)
        return
    for key in kept:
        yield from find_edits(old[key], new[key], (*keys, key))
    yield from (Edit(EditKind.DELETE, (*keys, key)) for key in old if key not in new)
    yield from (Edit(EditKind.ADD, (*keys, key), value) for key, value in new.items() if key not in old)


def _list_edits(old: list[Value], new: list[Value], keys: Keys) -> Iterator[Edit]:
    shared = min(len(old), len(new))
    for index in range(shared):
        yield from find_edits(old[index], new[index], (*keys, index))
    for index in reversed(range(shared, len(old))):
        yield Edit(EditKind.DELETE, (*keys, index))
    for index in range(shared, len(new)):
        yield Edit(EditKind.ADD, (*keys, index), new[index])


def same(left: Value, right: Value) -> bool:
    """Equal in type too: 1 is not 1.0 and not True; NaN is NaN."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right) or (left != left and right != right)


def at(value: Value, keys: Keys) -> Value:
    """The value that `keys` lead to. Raises KeyError or IndexError when there is none."""
    for key in keys:
        value = value[key]
    return value
