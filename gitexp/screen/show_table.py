"""`exp show` for people: a table that fits the terminal and says what it leaves out.

No rich: its tables cost a second for a thousand rows, and they are not needed for lines that we lay out
ourselves. Metrics, params and deps stand in groups with a heading and a rule between them, so that they are
told apart without colour.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gitexp.experiment.best import Best, find_best
from gitexp.experiment.columns import Cell, Column, Kind, cells_of, differing
from gitexp.experiment.record import Group
from gitexp.screen.cells import BEST_MARK, fit, one_line, width
from gitexp.screen.decimals import decimals, is_a_number
from gitexp.screen.reasons import SHORT_HASH
from gitexp.screen.show_data import TREE, shown_cell
from gitexp.screen.show_fit import HEADINGS, Hidden, Look, Shown, fitting, left_out, shown_column, widths_of
from gitexp.screen.show_rows import ShownRow, created, shown_rows
from gitexp.screen.terminal import BOLD, GREEN, paint

WIDEST_CELL = 200  # columns that one value gets, however wide the terminal: it may be a book


def show_table(groups: Sequence[Group], columns: Sequence[Column], look: Look) -> Iterator[str]:
    """The lines of the table, then what is not in it."""
    rows = list(shown_rows(groups))
    cells = [cells_of(row.row, columns) for row in rows]
    differ = differing(columns, cells) if len(rows) > 1 else set(columns)
    judged = [i for i, row in enumerate(rows) if row.row.rev != "workspace"]
    best = find_best(columns, cells, judged, look.wishes)
    shown = [*_fixed(rows, look), *_ordered(_measured(columns, cells, best, look), differ, look)]
    hidden = Hidden()
    if look.room is not None:
        shown, hidden = fitting(shown, differ, look.room)
    yield from _lines(rows, shown, look)
    yield from _judged_by(shown, look)
    yield from left_out(hidden, look)


def _ordered(shown: list[Shown], differ: set[Column], look: Look) -> list[Shown]:
    """By kind; within the params, those that tell rows apart first."""
    kinds = list(HEADINGS)

    def place(one: Shown) -> tuple[int, bool]:
        same = one.kind is Kind.PARAM and one.column not in differ and not look.in_order
        return kinds.index(one.kind or Kind.METRIC), same

    return sorted(shown, key=place)


def _fixed(rows: Sequence[ShownRow], look: Look) -> list[Shown]:
    names = tuple(_name(row, look.unicode) for row in rows)
    found = [
        shown_column("Experiment", names),
        shown_column("Rev", ["" if row.row.rev == "workspace" else row.short_rev for row in rows]),
        shown_column("Created", [created(row.row, look.today) for row in rows]),
    ]
    if any(row.state for row in rows):
        found.insert(1, shown_column("State", [row.state for row in rows]))
    if any(row.row.remark for row in rows):
        found.append(shown_column("Note", [fit(one_line(row.row.remark or ""), WIDEST_CELL) for row in rows]))
    return found


def _name(row: ShownRow, unicode: bool) -> str:
    name = one_line(row.row.name or row.short_rev) + (f" ({one_line(row.row.fate)})" if row.row.fate else "")
    if not row.is_experiment:
        return name
    branch = TREE[row.place]
    return (branch if unicode else branch.replace("├──", "|--").replace("└──", "`--")) + name


def _measured(
    columns: Sequence[Column], cells: Sequence[Sequence[Cell]], best: Mapping[Column, Best], look: Look
) -> list[Shown]:
    found = []
    for i, column in enumerate(columns):
        texts = [shown_cell(row[i], look.precision) for row in cells]
        if column.kind is Kind.DEP:
            texts = [text[:SHORT_HASH] for text in texts]
        texts = [fit(text, WIDEST_CELL) for text in texts]
        for row in best[column].rows if column in best else ():
            texts[row] += BEST_MARK
        if column.kind is not Kind.DEP and all(
            row[i].value is None or is_a_number(row[i].value) for row in cells
        ):
            texts = decimals(texts)
        title = fit(one_line(column.title), WIDEST_CELL)
        found.append(shown_column(title, texts, column.kind, column, best.get(column)))
    return found


def _lines(rows: Sequence[ShownRow], shown: Sequence[Shown], look: Look) -> Iterator[str]:
    widths = widths_of(shown)
    starts = [i for i, one in enumerate(shown) if i and one.kind is not shown[i - 1].kind]
    rule, flat, cross = ("│", "─", "┼") if look.unicode else ("|", "-", "+")
    headings = [HEADINGS[one.kind][0] if one.kind and i in starts else "" for i, one in enumerate(shown)]
    yield _heading_line(shown, headings, widths, starts, rule, look)
    titles = [
        paint(one.title + " " * (wide - width(one.title)), _style(one), look.colour)
        for one, wide in zip(shown, widths, strict=True)
    ]
    yield _joined(titles, starts, rule)
    bars = [flat * wide for wide in widths]
    yield _joined(bars, starts, cross, flat)
    for r, row in enumerate(rows):
        texts = [_cell(one, r, wide, look) for one, wide in zip(shown, widths, strict=True)]
        line = _joined(texts, starts, rule)
        yield line if row.is_experiment else paint(line, BOLD, look.colour)


def _cell(one: Shown, row: int, wide: int, look: Look) -> str:
    text = one.cells[row]
    blank = " " * (wide - width(text))
    if one.best is not None and row in one.best.rows:
        text = paint(text, GREEN, look.colour)
    return text + blank


def _style(one: Shown) -> str:
    return HEADINGS[one.kind][1] if one.kind else BOLD


def _heading_line(
    shown: Sequence[Shown],
    headings: Sequence[str],
    widths: Sequence[int],
    starts: Sequence[int],
    rule: str,
    look: Look,
) -> str:
    """'metrics', 'params', 'deps', each over its group; it may reach over several columns."""
    bounds = [0, *starts, len(shown)]
    line = ""
    for first, stop in zip(bounds, bounds[1:], strict=False):
        wide = sum(widths[first:stop]) + 2 * (stop - first - 1)
        text = headings[first] + " " * (wide - len(headings[first]))
        line += (f" {rule} " if first else "") + paint(text, _style(shown[first]), look.colour)
    return line.rstrip()


def _joined(texts: Sequence[str], starts: Sequence[int], rule: str, blank: str = " ") -> str:
    line = texts[0]
    for i, text in enumerate(texts[1:], 1):
        line += (f"{blank}{rule}{blank}" if i in starts else blank * 2) + text
    return line.rstrip()


def _judged_by(shown: Sequence[Shown], look: Look) -> Iterator[str]:
    """'* best: lowest loss, highest acc', when there is a mark to explain."""
    found = [f"{one.best.direction.value} {one.title}" for one in shown if one.best is not None]
    if found:
        line = f"{BEST_MARK} best: {', '.join(found)}"
        yield from ["", line if look.room is None else fit(line, look.room)]
