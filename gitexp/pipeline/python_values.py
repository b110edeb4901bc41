"""The constants of a Python params file: read from its syntax tree, never by running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.pipeline.stage import Value


@dataclass(frozen=True, slots=True)
class Assignment:
    """One `name = literal`: where it stands in the nest of classes, its statement and its literal.

    `keys` are the params key path; both members of a class body and `self.x` of `__init__` have the class's.
    """

    keys: tuple[str, ...]
    statement: ast.Assign | ast.AnnAssign
    literal: ast.expr

    @property
    def is_plain(self) -> bool:
        """`name = …` rather than `self.name = …`."""
        target = (
            self.statement.targets[0] if isinstance(self.statement, ast.Assign) else self.statement.target
        )
        return isinstance(target, ast.Name)


def parse_python(data: bytes, name: str) -> dict[str, Value]:
    """Module and class constants, and `self.x = …` of `__init__`; what is no literal is skipped.

    Classes become nested dicts; tuples and sets become lists in source order, as dvc.lock holds them.
    Raises ExpError with the line when the file is not Python.
    """
    values: dict[str, Value] = {}
    for found in _walk(_parse(data, name).body, (), in_init=False):
        keys = found.keys if isinstance(found, Assignment) else found
        folder = values
        for key in keys[:-1]:
            folder = folder[key]
        folder[keys[-1]] = _value(found.literal) if isinstance(found, Assignment) else {}
    return values


def assignments(data: bytes, name: str) -> dict[tuple[str, ...], Assignment]:
    """The assignment that gives each constant its value: the last one, when there are several."""
    found = _walk(_parse(data, name).body, (), in_init=False)
    return {each.keys: each for each in found if isinstance(each, Assignment)}


def _parse(data: bytes, name: str) -> ast.Module:
    try:
        return ast.parse(data, filename=name)
    except SyntaxError as error:
        raise ExpError(f"{name}:{error.lineno}:{error.offset}: not valid Python: {error.msg}.") from error
    except ValueError as error:
        raise ExpError(f"{name}: not valid Python: {error}.") from error


def _walk(
    body: list[ast.stmt], prefix: tuple[str, ...], in_init: bool
) -> Iterator[Assignment | tuple[str, ...]]:
    """Assignments, and the keys of classes before their members, in source order."""
    for statement in body:
        if isinstance(statement, ast.ClassDef) and not in_init:
            yield (*prefix, statement.name)
            yield from _walk(statement.body, (*prefix, statement.name), in_init=False)
        elif isinstance(statement, ast.FunctionDef) and statement.name == "__init__" and not in_init:
            yield from _walk(statement.body, prefix, in_init=True)
        elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
            name = _target(statement, in_init)
            if name is not None and statement.value is not None and _is_literal(statement.value):
                yield Assignment((*prefix, name), statement, statement.value)


def _target(statement: ast.Assign | ast.AnnAssign, in_init: bool) -> str | None:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    if len(targets) != 1:
        return None
    target = targets[0]
    if isinstance(target, ast.Name) and not in_init:
        return target.id
    if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
        return target.attr if in_init and target.value.id == "self" else None
    return None


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def _value(node: ast.expr) -> Value:
    """The value of a literal, sets and tuples as lists in the order written."""
    if isinstance(node, (ast.List, ast.Tuple)):
        return [_value(item) for item in node.elts]
    if isinstance(node, ast.Set):
        items = [_value(item) for item in node.elts]
        return [item for index, item in enumerate(items) if item not in items[:index]]
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return {ast.literal_eval(key): _value(value) for key, value in pairs if key is not None}
    return ast.literal_eval(node)
