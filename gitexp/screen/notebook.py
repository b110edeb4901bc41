"""A table for notebooks: plain HTML, every text escaped."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from html import escape

from gitexp.content import Value
from gitexp.screen.cells import cell, fit, plural

_WIDEST = 60  # characters of a cell


def html_table(titles: Sequence[str], rows: Sequence[Sequence[Value]], more: int = 0) -> str:
    """A heading, a row each, and how many `more` there are."""
    head = "".join(f"<th>{escape(fit(title, _WIDEST))}</th>" for title in titles)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    rest = f"<p>… and {plural(more, 'more row')}</p>" if more > 0 else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{rest}"


def _cell(value: Value) -> str:
    if isinstance(value, datetime.datetime):
        value = value.isoformat(" ", "minutes")
    text = "" if value is None else fit(cell(value), _WIDEST)
    side = "right" if isinstance(value, (int, float)) and not isinstance(value, bool) else "left"
    return f'<td style="text-align: {side}">{escape(text)}</td>'
