"""What ${…} may name: params.yaml beside the dvc.yaml, its `vars`, a stage's own `vars`, item and key.

Every leaf remembers the file it came from: two files may not define the same one, and the commands that
show params show those that templates used.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from gitexp.dataclass import dataclass
from gitexp.errors import near
from gitexp.pipeline.params import parse_params
from gitexp.pipeline.schema import described
from gitexp.pipeline.source import Files
from gitexp.pipeline.stage import Value

DEFAULT_FILE = "params.yaml"
Path = tuple[str, ...]


class TemplateError(Exception):
    """A template can't be resolved; `keys` leads from the value that was being resolved to the text."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.keys: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Ref:
    """A value of the variables, with where it stands in them: what `item` is bound to."""

    path: Path
    value: Value


@dataclass(frozen=True, slots=True)
class Origin:
    """Who defined a leaf: a file (then its use is recorded) or an inline `vars` entry."""

    name: str
    is_file: bool


class Variables:
    """A tree of values in which each leaf has one origin."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.values: dict[str, Value] = {}
        self.bound: dict[str, Value] = {}  # item and key of the stage being generated
        self._origins: dict[Path, Origin] = {}
        self._loaded: dict[str, tuple[str, ...] | None] = {}  # file -> keys taken, None for all

    def copy(self) -> Variables:
        """Independent of this one: for stage-local vars."""
        other = Variables(self.files)
        other.values = _without_other_keys(self.values)
        other.bound = dict(self.bound)
        other._origins = dict(self._origins)
        other._loaded = dict(self._loaded)
        return other

    def bind(self, bound: Mapping[str, Value]) -> Variables:
        """The same variables with `item` and `key` on top; nothing is copied."""
        other = Variables(self.files)
        other.values, other._origins, other._loaded = self.values, self._origins, self._loaded
        other.bound = dict(bound)
        return other

    def load_default(self, folder: str) -> None:
        """params.yaml in `folder`, if there is one."""
        if self.files.kind(posixpath.join(folder, DEFAULT_FILE)) == "file":
            self.load(DEFAULT_FILE, folder)

    def load_entry(self, entry: Value, folder: str, label: str) -> None:
        """One item of a `vars` list: 'file', 'file:key,key' or an inline mapping."""
        if isinstance(entry, str):
            self.load(entry, folder)
        else:
            self._merge(_without_other_keys(entry), Origin(label, is_file=False))

    def load(self, text: str, folder: str) -> None:
        name, _, selected = text.partition(":")
        path = posixpath.normpath(posixpath.join(folder, name))
        keys = tuple(key for key in selected.split(",") if key) or None
        if path in self._loaded:
            before = self._loaded[path]
            if keys is None and before is None:
                return
            if keys is None or before is None or set(keys) & set(before):
                raise TemplateError(f"vars: '{text}' is loaded already, whole or in part")
            self._loaded[path] = before + keys
        else:
            self._loaded[path] = keys
        self._merge(self._read(path, keys), Origin(path, is_file=True))

    def _read(self, path: str, keys: tuple[str, ...] | None) -> dict[str, Value]:
        kind = self.files.kind(path)
        data = self.files.read(path) if kind == "file" else None
        if data is None:
            what = "is a directory" if kind == "dir" else "does not exist"
            raise TemplateError(f"vars: '{path}' {what}")
        values = parse_params(path, data)
        if values is None:
            values = {}
        if not isinstance(values, dict):
            raise TemplateError(f"vars: expected a mapping in '{path}', got {described(values)}")
        for key in keys or ():
            if key not in values:
                raise TemplateError(f"vars: '{path}' has no key '{key}'", _near_hint(key, list(values)))
        chosen: dict[str, Value] = _without_other_keys({key: values[key] for key in keys} if keys else values)
        return chosen

    def _merge(self, new: dict[str, Value], origin: Origin) -> None:
        for key in new:
            if key in self.bound:
                raise TemplateError(f"vars: '{key}' is reserved here: foreach and matrix define it")
        self._merge_into(self.values, new, (), origin)

    def _merge_into(self, into: dict[str, Value], new: dict[str, Value], at: Path, origin: Origin) -> None:
        for key, value in new.items():
            path = (*at, key)
            old = into.get(key)
            if isinstance(old, dict) and isinstance(value, dict):
                self._merge_into(old, value, path, origin)
            elif key in into:
                before = self._origins.get(path)
                where = f" in {before.name}" if before else ""
                raise TemplateError(
                    f"vars: '{'.'.join(path)}' from {origin.name} is defined already{where}",
                    "each variable may be defined once; rename one of them.",
                )
            elif isinstance(value, dict):
                into[key] = {}
                self._merge_into(into[key], value, path, origin)
            else:
                into[key] = value
                self._origins[path] = origin

    def origin(self, path: Path) -> Origin | None:
        """Who defined what stands at `path`, which may lead into a list."""
        for length in range(len(path), 0, -1):
            found = self._origins.get(path[:length])
            if found is not None:
                return found
        return None

    def find(self, keys: Path) -> Value | Ref:
        """The value at `keys`, as a Ref when it stands in the variables. Raises TemplateError."""
        first = keys[0]
        if first in self.bound:
            node: Value | Ref = self.bound[first]
        elif first in self.values:
            node = Ref((first,), self.values[first])
        else:
            raise TemplateError(f"there is no '{first}'", self._missing_hint(first))
        for done, key in enumerate(keys[1:], 1):
            node = _step(node, key, ".".join(keys[:done]))
        return node

    def _missing_hint(self, name: str) -> str:
        known = [*self.bound, *self.values]
        if known:
            return _near_hint(name, known) or f"known are {', '.join(sorted(map(str, known))[:10])}."
        return f"no {DEFAULT_FILE} with values stands beside this dvc.yaml, and it has no `vars`."


def _step(node: Value | Ref, key: str, done: str) -> Value | Ref:
    path, value = (node.path, node.value) if isinstance(node, Ref) else (None, node)
    if isinstance(value, dict):
        if key not in value:
            raise TemplateError(f"'{done}' has no '{key}'", _near_hint(key, list(value)))
        below = value[key]
    elif isinstance(value, list):
        index = _index(value, key, done)
        key, below = str(index), value[index]
    else:
        raise TemplateError(f"'{done}' is {described(value)}: it has no '{key}'")
    return below if path is None else Ref((*path, key), below)


def _index(items: list[Value], key: str, done: str) -> int:
    """The place of an item, counted from the end when negative."""
    try:
        return range(len(items))[int(key)]
    except ValueError:
        raise TemplateError(f"'{done}' is a list: give the number of an item, not '{key}'") from None
    except IndexError:
        raise TemplateError(f"'{done}' has {len(items)} items, so there is no item {key}") from None


def _near_hint(name: str, known: list[Value]) -> str | None:
    close = near(name, [word for word in known if isinstance(word, str)])
    return f"did you mean {' or '.join(repr(word) for word in close)}?" if close else None


def _without_other_keys(value: Value) -> Value:
    """A copy in which every key is text: a number as key can't be named in ${…}, and DVC drops it."""
    if isinstance(value, dict):
        return {key: _without_other_keys(item) for key, item in value.items() if isinstance(key, str)}
    if isinstance(value, (list, tuple)):
        return [_without_other_keys(item) for item in value]
    return value
