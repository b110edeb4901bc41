"""One value as the text of one table cell: a single line, nothing in it that a terminal would obey."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from gitexp.content import Value
from gitexp.screen.talk import visible

PRECISION = 5  # significant digits of a float, as DVC shows them
LONGEST = 1000  # characters of one value; what is longer is a text to read elsewhere
MISSING = "-"
BEST_MARK = "*"  # behind the best value of a metric
UNREADABLE = "!"
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")

# What terminals obey: CSI (colours, cursor), OSC (titles, links), and the short sequences.
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")

# Characters that may take another number of columns than one: not Latin letters, not line drawing.
_ODD = re.compile("[^\u0000-\u02ff\u2500-\u257f]")


def cell(value: Value, precision: int | None = PRECISION) -> str:
    """`value` as text; `precision` is in significant digits, None keeps floats whole."""
    if value is None:
        return MISSING
    text = str(_rounded(value, precision))
    return one_line(text if len(text) <= LONGEST else text[: LONGEST - 1] + "…")


def cell_texts(values: Iterable[Value], precision: int) -> list[str]:
    """`cell` for each: the same texts, in a fraction of the time for thousands of numbers."""
    known: dict[Value, str] = {}
    texts = []
    for value in values:
        if type(value) is float:
            texts.append(f"{value:.{precision}g}")
        elif type(value) is str or type(value) is int:
            text = known.get(value)
            if text is None:
                text = known[value] = cell(value, precision)
            texts.append(text)
        else:
            texts.append(cell(value, precision))
    return texts


def _rounded(value: Value, precision: int | None) -> Value:
    if isinstance(value, float) and precision is not None:
        return _Bare(f"{value:.{precision}g}")
    if isinstance(value, dict):
        return {key: _rounded(inner, precision) for key, inner in value.items()}
    if isinstance(value, list):
        return [_rounded(inner, precision) for inner in value]
    return value


class _Bare(str):
    """A formatted number: shows without quotes inside lists and dicts."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def one_line(text: str) -> str:
    """`text` without line breaks, tabs and control characters: they are written out."""
    if text.isprintable():
        return text
    return visible(text.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r"))


def output_line(text: str) -> str:
    """A line that a command wrote: colours and cursor movements dropped, of a progress bar its last state."""
    return one_line(_ESCAPE.sub("", text).rstrip("\r").rpartition("\r")[2])


def signed(change: Value, precision: int | None = PRECISION) -> str:
    """A difference with its sign; '' for None, '=' for no change."""
    if change is None:
        return ""
    if change == 0:
        return "="
    text = cell(change, precision)
    return text if text.startswith("-") else f"+{text}"


def short_time(seconds: float) -> str:
    """A duration as people say it: 0.3 s, 42 s, 3 min 07 s, 2 h 05 min."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def width(text: str) -> int:
    """How many terminal columns `text` takes: wide characters take two, combining ones none."""
    if text.isascii() or _ODD.search(text) is None:
        return len(text)
    return sum(_columns(character) for character in text)


def widest(texts: Sequence[str]) -> int:
    """The width of the widest."""
    odd = any(not text.isascii() and _ODD.search(text) for text in texts)
    return max(map(width if odd else len, texts), default=0)


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def fit(text: str, columns: int) -> str:
    """`text` cut to `columns` terminal columns, with an ellipsis where something is gone."""
    if width(text) <= columns:
        return text
    kept, taken = [], 0
    for character in text:
        taken += _columns(character)
        if taken > columns - 1:
            break
        kept.append(character)
    return "".join(kept) + "…" if columns > 0 else ""


def size_text(count: int) -> str:
    """Bytes: '0 B', '1.5 KiB', '20 MiB'."""
    amount, unit = float(count), 0
    while amount >= 1024 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1024, unit + 1
    digits = 1 if unit and amount < 10 else 0
    return f"{amount:.{digits}f} {_UNITS[unit]}"


def plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
