"""`exp show` for people: a table that fits the terminal and says what it leaves out.

No rich: its tables cost a second for a thousand rows, and they are not needed for lines that we lay out
ourselves. Metrics, params and deps stand in groups with a heading and a rule between them, so that they are
told apart without colour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from gitexp.experiment.record import Group, State
from gitexp.experiment.table.best import Best, Direction, best_of, directions
from gitexp.experiment.table.columns import Column, Kind
from gitexp.experiment.table.grid import ABSENT, Grid, Lost
from gitexp.pipeline.stage import Value
from gitexp.screen.cells import BEST_MARK, MISSING, UNREADABLE, cell_texts, fit, one_line, plural, width
from gitexp.screen.decimals import decimals, is_a_number
from gitexp.screen.reasons import SHORT_HASH
from gitexp.screen.show.data import TREE
from gitexp.screen.show.fit import HEADINGS, Layout, Look, Shown, fitting, left_out, shown_column, widths_of
from gitexp.screen.show.rows import ShownRow, created, shown_rows
from gitexp.screen.terminal import BOLD, CYAN, DIM, GREEN, RED, YELLOW, emphasise, paint

BEST = f"{BOLD};{GREEN}"
STATES = {State.FAILED: RED, State.INTERRUPTED: YELLOW, State.RUNNING: CYAN, State.QUEUED: DIM}
WIDEST_CELL = 200  # columns that one value gets, however wide the terminal: it may be a book
NARROWEST_TEXT = 20  # columns that one value may take in any case


def show_table(groups: Sequence[Group], grid: Grid, columns: Sequence[Column], look: Look) -> Iterator[str]:
    """The lines of the table, then what is not in it. `grid` has the rows of the groups."""
    rows = list(shown_rows(groups))
    differs = _once(grid.differs) if len(rows) > 1 else lambda _: True
    judged = [i for i, row in enumerate(rows) if row.row.rev != "workspace"]
    known = directions(columns, look.wishes)
    measured = [_measured(grid, column, judged, known.get(column), look) for column in columns]
    shown = [*_fixed(rows, look), *_ordered(measured, differs, look)]
    layout = Layout(shown)
    if look.room is not None:
        layout = fitting(shown, differs, _once(_Echoes(grid, columns).is_one), look.room)
    yield from _lines(rows, layout, grid, look)
    yield from _judged_by(layout.shown, look)
    yield from left_out(layout.hidden, look)
    if grid.unseen:
        note = f"{plural(grid.unseen, 'column')} not looked at, too many in one file; --columns finds each."
        yield paint(note if look.room is None else fit(note, look.room), DIM, look.colour)


class _Echoes:
    """Params that are written down twice: DVCLive keeps a copy of those it was told, in a file of its own."""

    def __init__(self, grid: Grid, columns: Sequence[Column]) -> None:
        self._grid = grid
        self._alike: dict[str, list[Column]] = {}
        for column in columns:
            if column.kind is Kind.PARAM:
                self._alike.setdefault(_last(column), []).append(column)

    def is_one(self, column: Column) -> bool:
        """Whether a param of the same last name says all that this one does; of two equal ones the later."""
        alike = self._alike.get(_last(column), []) if column.kind is Kind.PARAM else []
        place = alike.index(column) if column in alike else 0
        return any(
            self._says_all(other, column) and (i < place or not self._says_all(column, other))
            for i, other in enumerate(alike)
            if i != place
        )

    def _says_all(self, one: Column, other: Column) -> bool:
        pairs = zip(self._grid.values(one), self._grid.values(other), strict=True)
        return all(theirs is None or isinstance(theirs, Lost) or theirs == ours for ours, theirs in pairs)


def _last(column: Column) -> str:
    return column.key.rpartition(".")[2]


def _once(differs: Callable[[Column], bool]) -> Callable[[Column], bool]:
    known: dict[Column, bool] = {}

    def asked(column: Column) -> bool:
        if column not in known:
            known[column] = differs(column)
        return known[column]

    return asked


def _ordered(shown: list[Shown], differs: Callable[[Column], bool], look: Look) -> list[Shown]:
    """By kind; within the params, those that tell rows apart first."""
    kinds = list(HEADINGS)

    def place(one: Shown) -> tuple[int, bool]:
        last = False
        if one.kind is Kind.PARAM and one.column is not None and not look.in_order:
            last = not differs(one.column)
        return kinds.index(one.kind or Kind.METRIC), last

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
    grid: Grid, column: Column, judged: Sequence[int], direction: Direction | None, look: Look
) -> Shown:
    def write(best: Best | None) -> list[str]:
        return _texts(grid.values(column), column, best, look)

    def judge() -> Best | None:
        if direction is None:
            return None
        values = grid.values(column)
        return best_of(direction, {row: values[row] for row in judged})

    return Shown(fit(one_line(column.title), WIDEST_CELL), write, column.kind, column, judge)


def _texts(values: Sequence[Value], column: Column, best: Best | None, look: Look) -> list[str]:
    if column.kind is Kind.DEP:
        return [MISSING if value is None else one_line(value[:SHORT_HASH]) for value in values]
    lost = [(row, value) for row, value in enumerate(values) if isinstance(value, Lost)]
    # A text that takes half the terminal leaves no room for what it belongs to.
    most = WIDEST_CELL if look.room is None else min(WIDEST_CELL, max(NARROWEST_TEXT, look.room // 2))
    texts = [
        text if len(text) <= most // 2 else fit(text, most) for text in cell_texts(values, look.precision)
    ]
    for row, value in lost:
        texts[row] = MISSING if value is ABSENT else UNREADABLE
    for row in best.rows if best is not None else ():
        texts[row] += BEST_MARK
    return decimals(texts) if all(map(_is_blank_or_number, values)) else texts


def _is_blank_or_number(value: Value) -> bool:
    return value is None or isinstance(value, Lost) or is_a_number(value)


def _lines(rows: Sequence[ShownRow], layout: Layout, grid: Grid, look: Look) -> Iterator[str]:
    shown = layout.shown
    widths = widths_of(shown, layout.limit)
    starts = [i for i, one in enumerate(shown) if i and one.kind is not shown[i - 1].kind]
    rule, flat, cross = ("│", "─", "┼") if look.unicode else ("|", "-", "+")
    pale = paint(rule, DIM, look.colour)
    headings = [HEADINGS[one.kind][0] if one.kind and i in starts else "" for i, one in enumerate(shown)]
    yield _heading_line(shown, headings, widths, starts, pale, look)
    yield from _title_lines(shown, layout.limit, widths, starts, pale, look)
    bars = [flat * wide for wide in widths]
    yield paint(_joined(bars, starts, cross, flat), DIM, look.colour)
    paints = _paints(rows, shown, grid) if look.colour else [None] * len(shown)
    padded = [_padded(one, wide, style) for one, wide, style in zip(shown, widths, paints, strict=True)]
    form = _joined(["%s"] * len(shown), starts, pale)
    for row, texts in zip(rows, zip(*padded, strict=True), strict=True):
        line = (form % texts).rstrip()
        yield line if row.is_experiment else emphasise(line, BOLD, look.colour)


def _title_lines(
    shown: Sequence[Shown],
    limit: int | None,
    widths: Sequence[int],
    starts: Sequence[int],
    rule: str,
    look: Look,
) -> Iterator[str]:
    """The titles, each standing on the line above the table's body."""
    heads = [one.heads(limit) for one in shown]
    most = max(map(len, heads))
    for place in range(most):
        texts = [head[place - most + len(head)] if place >= most - len(head) else "" for head in heads]
        yield _joined(
            [
                paint(text, _style(one), look.colour and bool(text)) + " " * (wide - width(text))
                for one, text, wide in zip(shown, texts, widths, strict=True)
            ],
            starts,
            rule,
        )


_Paint = Callable[[int], str]  # the style of a column's cell in a row


def _paints(rows: Sequence[ShownRow], shown: Sequence[Shown], grid: Grid) -> list[_Paint | None]:
    """What is told apart by colour: states, the best, and params that are the baseline's (they are pale)."""
    heads: list[int] = []
    for i, row in enumerate(rows):
        heads.append(heads[-1] if row.is_experiment else i)
    return [_paint_of(one, rows, heads, grid) for one in shown]


def _paint_of(one: Shown, rows: Sequence[ShownRow], heads: Sequence[int], grid: Grid) -> _Paint | None:
    if one.kind is Kind.METRIC and one.best is not None:
        best = set(one.best.rows)
        return lambda row: BEST if row in best else ""
    if one.kind is Kind.PARAM and one.column is not None:
        values = grid.values(one.column)
        return lambda row: DIM if row != heads[row] and values[row] == values[heads[row]] else ""
    if one.kind is Kind.DEP or one.title in ("Rev", "Created"):
        return lambda row: DIM if rows[row].is_experiment else ""
    if one.title == "State":
        return lambda row: STATES.get(rows[row].row.state, "")
    return None


def _padded(one: Shown, wide: int, style: _Paint | None) -> Iterator[str]:
    """The cells of a column, each as wide as the column."""
    for row, text in enumerate(one.cells):
        blank = " " * (wide - width(text))
        yield (paint(text, style(row), True) if style else text) + blank


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
