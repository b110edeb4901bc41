"""Hydra's override grammar, whole: what `words` leaves over goes through hydra-core's own parser."""

from __future__ import annotations

import re
from typing import Any

from gitexp import deferred
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.pipeline.override.words import NotPlain, OverrideKind, Reading, read_plain

_PARSER = "hydra.core.override_parser.overrides_parser"
_KIND_NAMES = {
    "CHANGE": OverrideKind.SET,
    "ADD": OverrideKind.ADD,
    "FORCE_ADD": OverrideKind.FORCE,
    "DEL": OverrideKind.DELETE,
}
_INDEXED = re.compile(r"([^=\[]+)\[(\d+)\](.*)", re.DOTALL)


def read_override(text: str) -> Reading:
    """The override in `text`, which has no file in front any more.

    Raises ExpError for what is not in the grammar, and for sweeps that have no list of values.
    """
    try:
        return read_plain(text)
    except NotPlain:
        return read_with_hydra(text)


@dataclass(frozen=True, slots=True)
class Interval:
    """Where to draw values from: `log` evenly in the logarithm, `whole` only whole numbers, both ends too."""

    low: float
    high: float
    log: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Axis:
    """An override of several values: a list of texts to be typed again, or an interval."""

    kind: OverrideKind
    key: str
    values: tuple[str, ...] | Interval


def read_axis(text: str) -> Axis | None:
    """The override in `text` as an axis of a sweep; None when it has one value.

    Raises ExpError for what is not in the grammar, and for an interval that holds nothing to draw.
    """
    try:
        reading = read_plain(text)
    except NotPlain:
        parsed = _parsed(text)
        if parsed.is_sweep_override() and parsed.value_type.name == "INTERVAL_SWEEP":
            return Axis(_KIND_NAMES[parsed.type.name], parsed.key_or_group, _interval(text, parsed.value()))
        reading = read_with_hydra(text)
    return None if reading.choices is None else Axis(reading.kind, reading.key, reading.choices)


def _interval(text: str, sweep: Any) -> Interval:
    found = Interval(sweep.start, sweep.end, "log" in sweep.tags, isinstance(sweep.start, int))
    if found.low > found.high or (found.log and found.low <= 0):
        need = "its ends must be above 0" if found.log else "its start is above its end"
        raise ExpError(f"`{text}`: nothing can be drawn from this interval: {need}.")
    return found


def read_with_hydra(text: str) -> Reading:
    """The same as `read_override`, always through Hydra's parser."""
    parsed = _parsed(text)
    kind = _KIND_NAMES[parsed.type.name]
    key = parsed.key_or_group + ("" if parsed.package is None else f"@{parsed.package}")
    if not key:
        raise ExpError(f"`{text}` names no key.", "write key=value.")
    if parsed.is_sweep_override():
        return Reading(kind, key, choices=_choices(text, parsed))
    has_value = kind is not OverrideKind.DELETE or "=" in text
    return Reading(kind, key, parsed.value(), has_value)


def _parsed(text: str) -> Any:
    grammar = deferred.module(_PARSER)
    try:
        return grammar.OverridesParser.create().parse_overrides([text])[0]
    except grammar.HydraException as error:
        raise _syntax_error(text, str(error)) from error
    except RecursionError as error:
        raise ExpError(f"`{text[:60]}…` is nested too deeply for an override.") from error


def _choices(text: str, parsed: Any) -> tuple[str, ...]:
    if parsed.value_type.name == "GLOB_CHOICE_SWEEP":
        raise ExpError(f"`{text}`: glob() is for Hydra's config groups.", "name the values: key=a,b,c.")
    if not parsed.is_discrete_sweep():
        raise ExpError(
            f"`{text}`: interval() has no end of values to try.",
            "use range(start, stop, step) or choice(…), or `--random N` to draw from it.",
        )
    return tuple(parsed.sweep_string_iterator())


def _syntax_error(text: str, details: str) -> ExpError:
    lines = [line for line in details.splitlines() if line.strip() and not line.startswith("See https://")]
    problem = f"`{text}` is not an override"
    indexed = _INDEXED.fullmatch(text)
    if indexed:
        better = f"{indexed[1]}.{indexed[2]}{indexed[3]}"
        return ExpError(f"{problem}: a list element goes by `.index`.", f"write {better}.")
    key, equals, value = text.partition("=")
    if not equals and not text.startswith("~"):
        return ExpError(f"{problem}: it has no value.", f"write {text}=VALUE.")
    if not key.isascii():
        return ExpError(f"{problem}: Hydra's grammar has only ASCII keys.", "change it in the params file.")
    return ExpError(f"{problem}: {'; '.join(_no_repeat(lines, text))}.", _quoting(key, value))


def _no_repeat(lines: list[str], text: str) -> list[str]:
    """Hydra's words without the text itself and the ^ that points into it."""
    kept = [line.strip() for line in lines if text not in line and line.strip() != "^"]
    return kept or ["it has a character that must be quoted"]


def _quoting(key: str, value: str) -> str | None:
    """How to quote the value, when that makes the override one."""
    quoted = f"{key}='{value}'"
    try:
        deferred.module(_PARSER).OverridesParser.create().parse_overrides([quoted])
    except deferred.module(_PARSER).HydraException:
        return None
    return f'to mean this very text, quote it: -S "{quoted}".'
