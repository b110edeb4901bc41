"""Python params files edited in place: only the literal changes, where the syntax tree says it stands."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from gitexp.pipeline.edit.edits import Edit, EditKind
from gitexp.pipeline.edit.flow import add_member, delete_member
from gitexp.pipeline.edit.python_spots import Source, descend
from gitexp.pipeline.edit.python_words import literal
from gitexp.pipeline.edit.spots import find, indent_of, line_end, line_start, newline_of, next_line, replaced
from gitexp.pipeline.python_values import Assignment, assignments


def edit_python(text: str, edits: Sequence[Edit]) -> str | None:
    """`text` with `edits` done, or None when one has no place in it (a class can't become a number).

    Tuples stay tuples and sets stay sets. Raises ExpError for a value that no literal spells.
    """
    for edit in edits:
        changed = _edit(text, edit)
        if changed is None:
            return None
        text = changed
    return text


def _edit(text: str, edit: Edit) -> str | None:
    if not edit.keys:
        pairs = edit.value.items() if isinstance(edit.value, dict) else ()
        return edit_python(text, [Edit(EditKind.ADD, (key,), value) for key, value in pairs])
    known = assignments(text.encode(), "params")
    for length in range(len(edit.keys), 0, -1):
        holder = known.get(edit.keys[:length])
        if holder is not None:
            return _edit_literal(text, holder, Edit(edit.kind, edit.keys[length:], edit.value))
    return _add_constant(text, known, edit) if edit.kind is EditKind.ADD else None


def _edit_literal(text: str, holder: Assignment, edit: Edit) -> str | None:
    """The edit, its keys now those inside the literal."""
    if edit.kind is EditKind.DELETE and not edit.keys:
        return _delete_constant(text, holder)
    adds = edit.kind is EditKind.ADD
    source = Source.of(text)
    inside = edit.keys[:-1] if adds else edit.keys
    place = find(source.spot(holder.literal), inside)
    node = descend(holder.literal, inside)
    if place is None or node is None:
        return None
    quote = _quote_of(text)
    if adds:
        before = f"{literal(edit.keys[-1], quote)}: " if isinstance(node, ast.Dict) else ""
        return add_member(text, place.spot, before + literal(edit.value, quote))
    if edit.kind is EditKind.REPLACE:
        return replaced(
            text, place.spot.start, place.spot.end, literal(edit.value, place.spot.quote or quote, node)
        )
    around = descend(holder.literal, inside[:-1])
    if isinstance(around, ast.Tuple):  # one comma less may leave no tuple
        kept = [item for index, item in enumerate(ast.literal_eval(around)) if index != inside[-1]]
        spot = place.around[-1]
        return replaced(text, spot.start, spot.end, literal(kept, quote, around))
    return delete_member(text, place.around[-1], place.around[-1].members.index(place.member))


def _add_constant(text: str, known: dict[tuple[str, ...], Assignment], edit: Edit) -> str | None:
    """A new `name = value` after the last one of its class or module."""
    beside = [each for keys, each in known.items() if keys[:-1] == edit.keys[:-1] and each.is_plain]
    line = f"{edit.keys[-1]} = {literal(edit.value, _quote_of(text))}"
    newline = newline_of(text)
    if not beside and len(edit.keys) > 1:
        return None
    if not beside:
        return f"{text}{newline if text and not text.endswith(newline) else ''}{line}{newline}"
    source = Source.of(text)
    last = max((each.literal for each in beside), key=lambda node: node.end_lineno or 0)
    end = line_end(text, source.spot(last).end)
    start = source.offset(last.lineno, last.col_offset)
    return replaced(text, end, end, newline + indent_of(text, start) + line)


def _delete_constant(text: str, holder: Assignment) -> str | None:
    source = Source.of(text)
    statement = holder.statement
    begin = source.offset(statement.lineno, statement.col_offset)
    end = source.spot(holder.literal).end
    start, stop = line_start(text, begin), line_end(text, end)
    after = text[end:stop].strip()
    if text[start:begin].strip() or (after and not after.startswith(("#", ")"))):
        return None  # another statement stands on the line
    return replaced(text, start, next_line(text, end), "")


def _quote_of(text: str) -> str:
    """The quote that the file prefers."""
    return '"' if text.count('"') > text.count("'") else "'"
