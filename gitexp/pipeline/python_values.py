"""The constants of a Python params file: read from its syntax tree, never by running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from gitexp.errors import ExpError
from gitexp.pipeline.stage import Value


@dataclass(frozen=True, slots=True)
class Assignment:
    """One `name = literal`: where it stands in the nest of classes, and the node of its literal."""

    keys: tuple[str, ...]
    node: ast.expr


def parse_python(data: bytes, name: str) -> dict[str, Value]:
    """Module and class constants, and `self.x = …` of `__init__`; what is no literal is skipped.

    Classes become nested dicts; tuples and sets become lists in source order, as dvc.lock holds them.
    Raises ExpError with the line when the file is not Python.
    """
    values: dict[str, Value] = {}
    for keys, is_class, node in _walk(_parse(data, name).body, (), in_init=False):
        folder = values
        for key in keys[:-1]:
            folder = folder[key]
        folder[keys[-1]] = {} if is_class or node is None else _literal(node)
    return values


def assignments(data: bytes, name: str) -> dict[tuple[str, ...], Assignment]:
    """The literal that gives each constant its value: the last one, when it is assigned twice."""
    return {
        keys: Assignment(keys, node)
        for keys, _, node in _walk(_parse(data, name).body, (), in_init=False)
        if node is not None
    }


def _parse(data: bytes, name: str) -> ast.Module:
    try:
        return ast.parse(data, filename=name)
    except SyntaxError as error:
        raise ExpError(f"{name}:{error.lineno}:{error.offset}: not valid Python: {error.msg}.") from error
    except ValueError as error:
        raise ExpError(f"{name}: not valid Python: {error}.") from error


def _walk(
    body: list[ast.stmt], prefix: tuple[str, ...], in_init: bool
) -> Iterator[tuple[tuple[str, ...], bool, ast.expr | None]]:
    """(keys, is a class, literal) of each constant, in source order; a class comes before its members."""
    for statement in body:
        if isinstance(statement, ast.ClassDef) and not in_init:
            yield (*prefix, statement.name), True, None
            yield from _walk(statement.body, (*prefix, statement.name), in_init=False)
        elif isinstance(statement, ast.FunctionDef) and statement.name == "__init__" and not in_init:
            yield from _walk(statement.body, prefix, in_init=True)
        elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
            name = _target(statement, in_init)
            if name is not None and statement.value is not None and _is_literal(statement.value):
                yield (*prefix, name), False, statement.value


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


def _literal(node: ast.expr) -> Value:
    """The value of a literal node, sets and tuples as lists in the order written."""
    if isinstance(node, (ast.List, ast.Tuple)):
        return [_literal(item) for item in node.elts]
    if isinstance(node, ast.Set):
        items = [_literal(item) for item in node.elts]
        return [item for index, item in enumerate(items) if item not in items[:index]]
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return {ast.literal_eval(key): _literal(value) for key, value in pairs if key is not None}
    return ast.literal_eval(node)
