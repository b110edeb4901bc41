"""${…}: finds expressions in the text of a manifest and puts values in their place.

A text that is one expression becomes the value itself; within a longer text only scalars may stand, and,
in `cmd`, a mapping, which becomes command line options. `\\${x}` stands for a literal `${x}`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping

from gitexp.dataclass import dataclass
from gitexp.pipeline.schema import described
from gitexp.pipeline.stage import Value
from gitexp.pipeline.vars import Path, Ref, TemplateError, Variables

_EXPRESSION = re.compile(r"(?<!\\)\$\{(.*?)\}")
_STEPS = re.compile(r"[^.\[\]]+(?:\s*\.[^.\[\]]+|\s*\[[^.\[\]]+\])*")
_SEPARATOR = re.compile(r"\s*[.\[]")


@dataclass(frozen=True, slots=True)
class OptionStyle:
    """How a mapping becomes options of a command: DVC's settings parsing.bool and parsing.list."""

    no_for_false: bool = False  # parsing.bool = boolean_optional: false gives --no-flag
    repeat_lists: bool = False  # parsing.list = append: a list gives the option once per item


def has_template(value: Value) -> bool:
    """Whether any text in `value`, keys included, holds `${`, escaped or not."""
    if isinstance(value, str):
        return "${" in value
    if isinstance(value, dict):
        return any(has_template(key) or has_template(item) for key, item in value.items())
    if isinstance(value, list):
        return any(has_template(item) for item in value)
    return False


def has_expression(value: Value) -> bool:
    """Whether any text in `value` has something to resolve."""
    if isinstance(value, str):
        return "${" in value and _EXPRESSION.search(value) is not None
    if isinstance(value, dict):
        return any(has_expression(key) or has_expression(item) for key, item in value.items())
    return isinstance(value, list) and any(has_expression(item) for item in value)


def parse_expression(text: str) -> Path:
    """' train.layers[0] ' -> ('train', 'layers', '0'). Raises TemplateError."""
    text = text.strip()
    if _STEPS.fullmatch(text) is None:
        raise TemplateError(
            f"'${{{text}}}' is not a variable",
            "write ${name}, ${name.key} or ${name[0]}; nothing else is computed. \\${…} stands for itself.",
        )
    return tuple(step.strip() for step in _SEPARATOR.split(text.replace("]", "")))


class Resolver:
    """Resolves values against variables and notes in `used` which leaves of which files it used."""

    def __init__(self, variables: Variables, style: OptionStyle, used: dict[str, dict[str, None]]) -> None:
        self.variables = variables
        self.style = style
        self.used = used

    def resolve(self, value: Value, in_command: bool = False, whole: bool = False) -> Value:
        """`value` with every template in it resolved, keys too.

        `whole` allows an expression alone to be a list or mapping. Raises TemplateError with its keys.
        """
        if isinstance(value, str):
            return self.text(value, in_command, whole) if "${" in value else value
        if isinstance(value, dict):
            return {
                self._at(key, key, in_command, False): self._at(key, item, in_command, whole)
                for key, item in value.items()
            }
        if isinstance(value, list):
            return [self._at(index, item, in_command, whole) for index, item in enumerate(value)]
        return value

    def _at(self, key: Value, value: Value, in_command: bool, whole: bool) -> Value:
        try:
            return self.resolve(value, in_command, whole)
        except TemplateError as error:
            error.keys = (key, *error.keys)
            raise

    def text(self, text: str, in_command: bool, whole: bool) -> Value:
        alone = _EXPRESSION.fullmatch(text)
        if alone is not None and text.find("}") == len(text) - 1:
            value = self.value(alone[1])
            if not whole and isinstance(value, (dict, list)):
                raise TemplateError(f"{text} is {described(value)}; only text or a number can stand here")
            return value
        result = _EXPRESSION.sub(lambda match: self._inside(match, in_command), text)
        return result.replace("\\${", "${")

    def _inside(self, match: re.Match[str], in_command: bool) -> str:
        value = self.value(match[1])
        if isinstance(value, dict) and in_command:
            return options(value, self.style)
        if isinstance(value, (dict, list)):
            allowed = "text, a number or a mapping" if in_command else "text or a number"
            raise TemplateError(f"{match[0]} is {described(value)}; only {allowed} can stand within a text")
        return word(value)

    def value(self, expression: str) -> Value:
        """The plain value of an expression; its use is noted."""
        found = self.variables.find(parse_expression(expression))
        if not isinstance(found, Ref):
            return found
        self.note(found)
        return found.value

    def note(self, found: Ref) -> None:
        if isinstance(found.value, dict):
            return
        origin = self.variables.origin(found.path)
        if origin is not None and origin.is_file:
            self.used.setdefault(origin.name, {})[".".join(found.path)] = None

    def with_refs(self, value: Value) -> Value | Ref:
        """As resolve(whole=True), but an expression alone stays a Ref: for foreach and matrix.

        What a generated stage uses of it is then known by where it came from.
        """
        if isinstance(value, str):
            alone = _EXPRESSION.fullmatch(value)
            if alone is not None and value.find("}") == len(value) - 1:
                return self.variables.find(parse_expression(alone[1]))
            return self.text(value, in_command=False, whole=False) if "${" in value else value
        if isinstance(value, dict):
            return {self.resolve(key): self.with_refs(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.with_refs(item) for item in value]
        return value


def word(value: Value) -> str:
    """A scalar within a longer text: booleans as YAML writes them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def options(values: Mapping[str, Value], style: OptionStyle) -> str:
    """A mapping as command line options: {'lr': 0.1, 'flags': {'fast': True}} -> '--lr 0.1 --flags.fast'."""
    return " ".join(part for name, value in _leaves(values, "") for part in _option(name, value, style))


def _leaves(values: Mapping[str, Value], prefix: str) -> Iterator[tuple[str, Value]]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _option(name: str, value: Value, style: OptionStyle) -> list[str]:
    if isinstance(value, bool):
        if value:
            return [f"--{name}"]
        return [f"--no-{name}"] if style.no_for_false else []
    if not isinstance(value, list):
        return [f"--{name}", _argument(value)]
    if any(isinstance(item, (list, dict)) for item in value):
        raise TemplateError(f"'{name}' is a list of lists or mappings, which no option can hold")
    arguments = [_argument(item) for item in value]
    if style.repeat_lists:
        return [part for argument in arguments for part in (f"--{name}", argument)]
    return [f"--{name}", *arguments] if arguments else []


def _argument(value: Value) -> str:
    return shlex.quote(value) if isinstance(value, str) else str(value)
