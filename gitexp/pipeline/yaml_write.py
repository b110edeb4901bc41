"""Writes YAML in DVC's block style: two spaces, dashes under their key, lines folded at 80.

Text is quoted whenever YAML 1.1 or 1.2 would take it for something else, so that PyYAML and DVC read the
same text.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from gitexp.pipeline.scalars import FLOAT, INT, NUMBER_STARTS
from gitexp.pipeline.stage import Value

_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _BlockDumper(_Dumper):  # type: ignore[misc]
    """PyYAML's emitter with our rules for text and floats, and no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


class _EscapingDumper(yaml.SafeDumper):
    """The same in Python: slow, but lone surrogates, as JSON may hold them, come out as DVC writes them."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: Any, text: str) -> Any:
    # Several lines as DVC writes them; in single quotes they would spread over blank lines.
    style = '"' if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _float(dumper: Any, number: float) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:float", float_text(number))


def float_text(number: float) -> str:
    """A float as DVC writes it: `1e-05`, which only YAML 1.2 knows for a number, `.inf`."""
    if number != number:
        return ".nan"
    if number in (float("inf"), float("-inf")):
        return ".inf" if number > 0 else "-.inf"
    return repr(number)


# On top of PyYAML's own rules, which are those of YAML 1.1: what either version takes for a number is
# quoted when it is text, and a number needs no tag.
def _take_rules(dumper: Any) -> None:
    dumper.add_implicit_resolver(
        "tag:yaml.org,2002:float", re.compile(f"(?:{FLOAT.pattern})$"), list(NUMBER_STARTS)
    )
    dumper.add_implicit_resolver(
        "tag:yaml.org,2002:int", re.compile(f"(?:{INT.pattern})$"), [*NUMBER_STARTS, "_"]
    )
    dumper.add_representer(str, _text)
    dumper.add_representer(float, _float)
    dumper.add_representer(
        type(None), lambda dumper, _: dumper.represent_scalar("tag:yaml.org,2002:null", "")
    )
    dumper.add_representer(tuple, lambda dumper, items: dumper.represent_list(list(items)))


_take_rules(_BlockDumper)
_take_rules(_EscapingDumper)


def dump_yaml(value: Value) -> bytes:
    """`value` as a YAML document. Takes what parse_yaml gives, and tuples; anything else is a ValueError."""
    try:
        try:
            text = _dump(value, _BlockDumper)
        except UnicodeEncodeError:
            text = _dump(value, _EscapingDumper)
    except yaml.YAMLError as error:
        raise ValueError(f"not a YAML value: {error}") from error
    return text.removesuffix("...\n").encode() if isinstance(text, str) else text


def _dump(value: Value, dumper: Any) -> Any:
    return yaml.dump(
        value, Dumper=dumper, default_flow_style=False, sort_keys=False, allow_unicode=True, width=80
    )
