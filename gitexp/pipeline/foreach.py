"""foreach and matrix: one definition into many stages, each with its name and its `item` and `key`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from gitexp.dataclass import dataclass
from gitexp.pipeline.schema import described
from gitexp.pipeline.stage import Value
from gitexp.pipeline.template import Resolver, word
from gitexp.pipeline.vars import Ref, TemplateError


@dataclass(frozen=True, slots=True)
class Generated:
    """One stage to make from `body` (the definition without foreach, do and matrix)."""

    key: str  # what follows the '@' of its name
    body: Mapping[str, Value]
    bound: Mapping[str, Value]


def is_group(definition: Mapping[str, Value]) -> bool:
    return "foreach" in definition or "matrix" in definition


def expand(definition: Mapping[str, Value], resolver: Resolver) -> Iterator[Generated]:
    """The stages of a foreach or matrix definition, in DVC's order. Raises TemplateError."""
    if "foreach" in definition:
        yield from _foreach(definition, resolver)
    else:
        yield from _matrix(definition, resolver)


def _foreach(definition: Mapping[str, Value], resolver: Resolver) -> Iterator[Generated]:
    data = _in(("foreach",), resolver, definition["foreach"])
    plain = data.value if isinstance(data, Ref) else data
    if isinstance(plain, dict):
        for name, item in _children(data):
            key = _fragment(name)
            yield Generated(key, definition["do"], {"item": item, "key": key})
    elif isinstance(plain, list):
        items = _children(data)
        by_index = any(isinstance(_plain(item), (dict, list)) for _, item in items)
        # A value that comes twice gives one stage: the later wins, in the place of the first.
        keyed = {str(index) if by_index else _fragment(item): item for index, item in items}
        for key, item in keyed.items():
            yield Generated(key, definition["do"], {"item": item})
    else:
        raise _error(f"expected a list or a mapping, got {described(plain)}", "foreach")


def _matrix(definition: Mapping[str, Value], resolver: Resolver) -> Iterator[Generated]:
    if not definition["matrix"]:
        raise _error("expected at least one axis, got none", "matrix")
    body = {key: value for key, value in definition.items() if key != "matrix"}
    axes = {str(name): _axis(name, values, resolver) for name, values in definition["matrix"].items()}
    seen: dict[str, Generated] = {}
    for combination in product(*(enumerate(values) for values in axes.values())):
        chosen = {name: value for name, (_, value) in zip(axes, combination, strict=True)}
        fragments = [
            f"{name}{index}" if isinstance(_plain(value), (dict, list)) else _fragment(value)
            for name, (index, value) in zip(axes, combination, strict=True)
        ]
        key = "-".join(fragments)
        seen[key] = Generated(key, body, {"item": chosen, "key": key})
    yield from seen.values()


def _axis(name: Value, values: Value, resolver: Resolver) -> list[Value]:
    data = _in(("matrix", name), resolver, values)
    plain = _plain(data)
    if isinstance(plain, list):
        return [item for _, item in _children(data)]
    if isinstance(plain, dict):
        return list(plain)
    raise _error(f"'{name}': expected a list, got {described(plain)}", "matrix", name)


def _error(message: str, *keys: Value) -> TemplateError:
    error = TemplateError(message)
    error.keys = keys
    return error


def _in(keys: tuple[Value, ...], resolver: Resolver, value: Value) -> Value | Ref:
    try:
        return resolver.with_refs(value)
    except TemplateError as error:
        error.keys = keys
        raise


def _children(data: Value | Ref) -> list[tuple[Value, Value | Ref]]:
    """(key or index, item) of a list or mapping; items of a Ref are Refs."""
    plain = _plain(data)
    pairs = list(plain.items()) if isinstance(plain, dict) else list(enumerate(plain))
    if not isinstance(data, Ref):
        return pairs
    return [(key, Ref((*data.path, str(key)), value)) for key, value in pairs]


def _plain(value: Value | Ref) -> Value:
    return value.value if isinstance(value, Ref) else value


def _fragment(value: Value | Ref) -> str:
    """A scalar as part of a stage's name. DVC writes a boolean of a params file as Python does: True."""
    return str(value.value) if isinstance(value, Ref) else word(value)
