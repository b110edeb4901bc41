"""YAML in and out: read fast and strictly, as DVC reads it, and write what both YAML versions understand.

Values are built straight from libyaml's events: twice as fast as PyYAML's constructor, which makes a node
for everything first. Duplicate keys are refused, as DVC refuses them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import yaml

from gitexp.errors import ExpError
from gitexp.pipeline.scalars import NUMBER_STARTS, plain
from gitexp.pipeline.stage import Value
from gitexp.pipeline.yaml_write import dump_yaml

__all__ = ["dump_yaml", "locate", "open_loader", "parse_with_lines", "parse_yaml", "scalar_value"]

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")  # what JSON may hold: half of a character
_CONFLICT = re.compile(r"^(<<<<<<<|=======|>>>>>>>)( |$)", re.MULTILINE)
_MOST_DEPTH = 100
_MOST_ALIASED = 1_000_000  # values that aliases stand for: nested ones can make billions of a few lines
_WORD_STARTS = NUMBER_STARTS | frozenset("~nNtTfF")


def parse_yaml(text: bytes, name: str) -> Value:
    """The value of a YAML document; None when it is empty. `name` is how errors call the file.

    Raises ExpError 'name:line:column: …' for what is not YAML, not UTF-8, or has a key twice.
    """
    return parse_with_lines(text, name)[0]


def parse_with_lines(text: bytes, name: str) -> tuple[Value, dict[tuple[Value, ...], int]]:
    """As parse_yaml, and the lines (from 1) of keys of the first two levels: ('stages', 'train') -> 12."""
    decoded = decode(text, name)
    try:
        reader = _Reader(open_loader(decoded), name)
        return reader.document(), reader.lines
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, decoded, name) from error
    except yaml.reader.ReaderError as error:
        line = decoded.count("\n", 0, error.position) + 1
        raise ExpError(f"{name}:{line}: YAML allows no control character here.") from error


def open_loader(text: str) -> Any:
    """libyaml; PyYAML's own for escapes of lone surrogates, which DVC writes and libyaml refuses."""
    return (yaml.SafeLoader if _SURROGATE.search(text) else Loader)(text)


def decode(text: bytes, name: str) -> str:
    """`text` as UTF-8, or an ExpError that names the line."""
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise ExpError(f"{name}:{line}: the file is not UTF-8 text.") from error


def locate(text: bytes, keys: Sequence[Any]) -> tuple[int, int] | None:
    """Line and column (from 1) of the key or item that `keys` leads to, or of the last one found on the way.

    None when not even the first is there. It parses again, so it is for error messages only.
    """
    try:
        node = open_loader(text.decode("utf-8-sig")).get_single_node()
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        return None
    found = None
    for key in keys:
        step = _step(node, key)
        if step is None:
            break
        mark, node = step
        found = (mark.line + 1, mark.column + 1)
    return found


def _step(node: Any, key: Any) -> tuple[Any, Any] | None:
    if isinstance(node, yaml.MappingNode):
        for key_node, value_node in node.value:
            if isinstance(key_node, yaml.ScalarNode) and key in (key_node.value, plain(key_node.value)):
                return key_node.start_mark, value_node
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key].start_mark, node.value[key]
    return None


def _syntax_error(error: yaml.MarkedYAMLError, text: str, name: str) -> ExpError:
    mark = error.problem_mark or error.context_mark
    place = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
    words = [part for part in (error.context, error.problem) if part]
    hint = None
    if _CONFLICT.search(text):
        hint = "the file has merge conflict markers: resolve them first."
    elif "${" in text and "flow" in " ".join(words):
        hint = "quote ${…} inside [ ] and { }: a brace means something to YAML there."
    elif error.problem == "found unexpected ':'":
        hint = "inside [ ] a space stands behind the colon: `params: [lr, other.yaml: ]`."
    return ExpError(f"{place}: {', '.join(words)}.", hint)


def scalar_value(text: str) -> Value:
    """The value of a plain scalar, one without quotes and tag."""
    return text if text and text[0] not in _WORD_STARTS else plain(text)


class _Reader:
    """Builds one document from a loader's events."""

    def __init__(self, loader: Any, name: str) -> None:
        self.next = loader.get_event
        self.name = name
        self.anchors: dict[str, Value] = {}
        self.weights: dict[int, int] = {}  # id of an anchored value -> how many values it holds
        self.kept: list[Value] = []  # anchored values, so that no id is used twice
        self.unfolded = 0
        self.depth = 0
        self.top: Value = None  # the key of the first level that is being read
        self.lines: dict[tuple[Value, ...], int] = {}

    def document(self) -> Value:
        self.next()  # the stream begins
        event = self.next()
        if isinstance(event, yaml.StreamEndEvent):
            return None
        value = self.value(self.next())
        self.next()  # the document ends
        event = self.next()
        if not isinstance(event, yaml.StreamEndEvent):
            raise self.error(event, "a second YAML document begins here; only one is expected.")
        return value

    def value(self, event: Any) -> Value:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            value = self.scalar(event)
        elif kind is yaml.AliasEvent:
            if event.anchor not in self.anchors:
                raise self.error(event, f"there is no anchor '&{event.anchor}' before this.")
            return self.aliased(event)
        else:
            value = self.collection(event, kind)
        if event.anchor is not None:
            self.anchors[event.anchor] = value
            self.kept.append(value)
            self.weights[id(value)] = self.weigh(value)
        return value

    def aliased(self, event: Any) -> Value:
        value = self.anchors[event.anchor]
        self.unfolded += self.weights[id(value)]
        if self.unfolded > _MOST_ALIASED:
            raise self.error(event, f"aliases that stand for more than {_MOST_ALIASED:,} values.")
        return value

    def weigh(self, value: Value) -> int:
        """How many values there are in `value`, aliases unfolded."""
        known = self.weights.get(id(value))
        if known is not None:
            return known
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return 1 + sum(map(self.weigh, inner))

    def scalar(self, event: Any) -> Value:
        text = event.value
        if event.implicit[0]:
            return scalar_value(text)
        if event.tag is None or event.tag == "!":
            return text
        return self.tagged(event, event.tag.removeprefix("tag:yaml.org,2002:"), text)

    def tagged(self, event: Any, tag: str, text: str) -> Value:
        """A scalar with an explicit tag, such as `!!float 1`."""
        if tag == "str":
            return text
        value = plain(text)
        if tag == "float" and isinstance(value, (int, float)) and not isinstance(value, bool):
            return float(value)
        kinds: dict[str, type] = {"int": int, "bool": bool, "null": type(None)}
        if tag in kinds and type(value) is kinds[tag]:
            return value
        raise self.error(event, f"'{text}' with the tag '{event.tag}' is not supported.")

    def collection(self, event: Any, kind: type) -> Value:
        tag = event.tag and event.tag.removeprefix("tag:yaml.org,2002:")
        if tag not in (None, "!", "seq" if kind is yaml.SequenceStartEvent else "map"):
            raise self.error(event, f"the tag '{event.tag}' is not supported.")
        self.depth += 1
        if self.depth > _MOST_DEPTH:
            raise self.error(event, f"nested deeper than {_MOST_DEPTH} levels.")
        value = self.sequence() if kind is yaml.SequenceStartEvent else self.mapping()
        self.depth -= 1
        return value

    def sequence(self) -> list[Value]:
        items: list[Value] = []
        while type(event := self.next()) is not yaml.SequenceEndEvent:
            items.append(self.value(event))
        return items

    def mapping(self) -> dict[Value, Value]:
        mapping: dict[Value, Value] = {}
        merged: list[dict[Value, Value]] = []
        while type(event := self.next()) is not yaml.MappingEndEvent:
            key = self.value(event)
            if self.depth == 1:
                self.top = key
                self.lines[(key,) if key.__hash__ else ()] = event.start_mark.line + 1
            elif self.depth == 2 and key.__hash__ is not None:
                self.lines[self.top, key] = event.start_mark.line + 1
            value = self.value(self.next())
            if key == "<<" and type(event) is yaml.ScalarEvent and event.implicit[0]:
                merged += self.merged(event, value)
            elif key.__hash__ is None:
                raise self.error(event, "a list or a mapping can't be a key.")
            elif key in mapping:
                raise self.error(event, f"the key '{key}' is here twice.")
            else:
                mapping[key] = value
        if merged:
            return self.with_merged(mapping, merged)
        return mapping

    def merged(self, event: Any, value: Value) -> list[dict[Value, Value]]:
        parts = value if isinstance(value, list) else [value]
        if not all(isinstance(part, dict) for part in parts):
            raise self.error(event, "`<<` merges a mapping or a list of mappings.")
        return parts

    @staticmethod
    def with_merged(mapping: dict[Value, Value], merged: list[dict[Value, Value]]) -> dict[Value, Value]:
        """The keys of `<<` first, as DVC orders them; the mapping's own win, then the first merged."""
        result: dict[Value, Value] = {}
        for part in reversed(merged):
            result.update(part)
        result.update(mapping)
        return result

    def error(self, event: Any, message: str) -> ExpError:
        mark = event.start_mark
        return ExpError(f"{self.name}:{mark.line + 1}:{mark.column + 1}: {message}")
