"""The names of columns, offered while a filter is typed."""

from __future__ import annotations

import re

from textual.suggester import Suggester

from gitexp.screen.ui.sheet import Sheet

_BEGUN = re.compile(r"[^\s()=!<>~,]*$")


class Names(Suggester):
    """Ends the name that is being typed."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._sheet = sheet

    async def get_suggestion(self, value: str) -> str | None:
        match = _BEGUN.search(value)
        begun = match[0] if match else ""
        titles = (field.title for field in self._sheet.all_fields)
        found = next((title for title in titles if title.startswith(begun) and title != begun), None)
        return value + found[len(begun) :] if begun and found and found.isprintable() else None
