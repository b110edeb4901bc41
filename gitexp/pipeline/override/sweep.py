"""Sweeps: overrides with several values, and every combination of them in DVC's order."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from gitexp.pipeline.override.grammar import read_override


def split_file(text: str) -> tuple[str, str]:
    """`file:key=value` as (file, override); the file is '' when none is named.

    Only a colon before the first `=` separates a file: `name=a:b` has none.
    """
    if ":" not in text.partition("=")[0]:
        return "", text
    file, _, rest = text.partition(":")
    return file, rest


def is_sweep(texts: Sequence[str]) -> bool:
    """Whether any override has more than one value (or is a sweep of one: `choice(a)`)."""
    return any(read_override(split_file(text)[1]).choices is not None for text in texts)


def expand_sweep(texts: Sequence[str]) -> list[tuple[str, ...]]:
    """Every combination of the overrides' values, the last override varying fastest.

    Overrides of one file stay together, files in the order they are first named; of two overrides of the
    same key the later counts. Without a sweep the only combination is `texts` as they are.
    Raises ExpError for what is not in Hydra's grammar, interval() and glob().
    """
    if not is_sweep(texts):
        return [tuple(texts)]
    axes: dict[str, dict[str, tuple[str, ...]]] = {}
    for text in texts:
        file, rest = split_file(text)
        reading = read_override(rest)
        name = f"{reading.kind.value}{reading.key}"
        before = f"{file}:{name}" if file else name
        values = (
            (text,) if reading.choices is None else tuple(f"{before}={value}" for value in reading.choices)
        )
        axes.setdefault(file, {})[name] = values
    return list(product(*(values for named in axes.values() for values in named.values())))
