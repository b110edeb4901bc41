"""`-S [file:]key=value`: from what was typed to records; which files they are for.

An override is one value for one key. A sweep (several values) has to be expanded first (`sweep`).
"""

from __future__ import annotations

from collections.abc import Sequence

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.pipeline.override.grammar import read_override
from gitexp.pipeline.override.sweep import expand_sweep, is_sweep, split_file
from gitexp.pipeline.override.words import OverrideKind
from gitexp.pipeline.params import DEFAULT_FILE
from gitexp.pipeline.stage import Value

__all__ = ["Override", "OverrideKind", "by_file", "expand_sweep", "is_sweep", "parse_overrides"]


@dataclass(frozen=True, slots=True)
class Override:
    """One change to one params file, `file` below the DVC root. `text` is as typed, file included."""

    file: str
    text: str
    key: str  # dotted
    kind: OverrideKind
    value: Value = None
    has_value: bool = True  # False for `~key`

    @property
    def short(self) -> str:
        """As typed, without the file."""
        return split_file(self.text)[1]


def parse_overrides(texts: Sequence[str], composed: str | None = None) -> tuple[Override, ...]:
    """The overrides in `texts`, in order, values typed as Hydra types them.

    `composed` is the file that Hydra composes, if it does: only there a key may be a config group with a
    package (`db@backup=pg`). Raises ExpError for what is not in Hydra's grammar, and for a sweep.
    """
    return tuple(_parse(text, composed) for text in texts)


def by_file(overrides: Sequence[Override]) -> dict[str, tuple[Override, ...]]:
    """The overrides of each file, files in the order they are first named."""
    grouped: dict[str, tuple[Override, ...]] = {}
    for override in overrides:
        grouped[override.file] = (*grouped.get(override.file, ()), override)
    return grouped


def _parse(text: str, composed: str | None) -> Override:
    file, rest = split_file(text)
    reading = read_override(rest)
    if "@" in reading.key and (file or DEFAULT_FILE) != composed:
        raise ExpError(f"`{text}`: '@' is for Hydra's config groups, which a params file does not have.")
    if reading.choices is not None:
        raise ExpError(
            f"`{text}` has several values, but one is needed here.",
            f"quote it to mean one text with commas: -S \"{reading.key}='a,b'\".",
        )
    return Override(file or DEFAULT_FILE, text, reading.key, reading.kind, reading.value, reading.has_value)
