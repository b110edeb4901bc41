"""`dataclass`, as the standard library's, for frozen records: cheap to declare, which start-up pays for.

The standard decorator compiles six methods for each class, 0.3 to 0.7 ms of them, and a command loads
about a hundred classes of which it makes a dozen. Here what can be shared is one function for all
classes, and `__init__` is compiled when the first object of a class is made: 0.05 ms a class. Fields,
`replace`, `asdict`, `fields`, pickling and the errors are those of the standard library; a type
checker sees the standard decorator.
"""

from __future__ import annotations

from dataclasses import MISSING, FrozenInstanceError, fields
from dataclasses import dataclass as _standard
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(declared=None, *, frozen: bool = False, slots: bool = False, eq: bool = True):
        """The class with the methods of a dataclass. What is not frozen goes to the standard library."""
        if not (frozen and slots):
            return _standard(declared, frozen=frozen, slots=slots, eq=eq)
        return lambda declared: _frozen(declared, eq)


def _frozen(declared: Any, eq: bool) -> Any:
    """The class again, with slots for its fields: slots can't be added to a class that exists."""
    declared = _standard(init=False, repr=False, eq=False)(declared)
    names = tuple(declared.__dataclass_fields__)
    inherited = {name for parent in declared.__mro__[1:] for name in getattr(parent, "__slots__", ())}
    body = {name: value for name, value in vars(declared).items() if name not in names}
    body.pop("__dict__", None)
    body.pop("__weakref__", None)
    body["__slots__"] = tuple(name for name in names if name not in inherited)
    body.setdefault("__repr__", _repr)
    if eq:
        body["__values__"] = attrgetter(*names) if len(names) > 1 else _few(names)
        body.setdefault("__eq__", _eq)
        if body.get("__hash__") is None:  # None: Python's own mark of a class with its own __eq__
            body["__hash__"] = _hash
    body |= {"__setattr__": _refuse_set, "__delattr__": _refuse_delete}
    body.setdefault("__getstate__", _getstate)
    body.setdefault("__setstate__", _setstate)
    made = type(declared)(declared.__name__, declared.__bases__, body)
    made.__qualname__ = declared.__qualname__
    made.__init__ = _first_init(made)
    return made


def _first_init(owner: Any) -> Any:
    """Stands in until the first object of a class: then the class gets an `__init__` of its own."""

    def __init__(self: Any, *args: Any, **named: Any) -> None:
        # Threads that make their first object at the same time may all come here, to the same effect.
        made = owner.__init__ = _init_of(owner)
        made(self, *args, **named)

    return __init__


def _init_of(owner: Any) -> Any:
    """`__init__` with the fields as parameters, set through the slots' own descriptors."""
    scope: dict[str, Any] = {"_missing": MISSING}
    parameters, lines = [], []
    for field in fields(owner):
        name = field.name
        scope[f"_set_{name}"] = getattr(owner, name).__set__
        value = name
        if field.default_factory is not MISSING:
            scope[f"_make_{name}"] = field.default_factory
            parameters.append(f"{name}=_missing")
            value = f"_make_{name}() if {name} is _missing else {name}"
        elif field.default is not MISSING:
            scope[f"_default_{name}"] = field.default
            parameters.append(f"{name}=_default_{name}")
        else:
            parameters.append(name)
        lines.append(f"  _set_{name}(self, {value})")
    if hasattr(owner, "__post_init__"):
        lines.append("  self.__post_init__()")
    source = f"def __init__(self, {', '.join(parameters)}):\n" + ("\n".join(lines) or "  pass")
    exec(source, scope)
    made = scope["__init__"]
    made.__qualname__ = f"{owner.__qualname__}.__init__"
    return made


def _repr(self: Any) -> str:
    shown = ", ".join(f"{field.name}={getattr(self, field.name)!r}" for field in fields(self) if field.repr)
    return f"{type(self).__qualname__}({shown})"


def _eq(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    return self.__values__(self) == other.__values__(other)


def _few(names: tuple[str, ...]) -> Any:
    return staticmethod(lambda self: tuple(getattr(self, name) for name in names))


def _hash(self: Any) -> int:
    return hash(self.__values__(self))


def _refuse_set(self: Any, name: str, value: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_delete(self: Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _getstate(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in fields(self)]


def _setstate(self: Any, state: list[Any]) -> None:
    for field, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
