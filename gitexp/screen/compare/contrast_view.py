"""Three or more revisions side by side, a column each; as text, Markdown and JSON."""

from __future__ import annotations

from collections.abc import Sequence

from gitexp.experiment.table.best import Direction, direction_of, is_number
from gitexp.experiment.table.compare import Contrast
from gitexp.pipeline.stage import Value
from gitexp.screen.cells import BEST_MARK, one_line
from gitexp.screen.compare.diff_view import DiffStyle, number
from gitexp.screen.panels import fits, panels
from gitexp.screen.terminal import BOLD, GREEN
from gitexp.screen.text_table import markdown


def contrast_table(
    found: Sequence[Contrast], names: Sequence[str], style: DiffStyle, as_markdown: bool, judged: bool
) -> list[str]:
    """A line a key. With `judged`, as for metrics, the best value of each line is marked."""
    header = ["Path", style.title, *map(one_line, names)]
    rows = [
        [
            one_line(one.file),
            one_line(one.key),
            *(
                number(value, style) + BEST_MARK * (judged and value is not None and value == best)
                for value in one.values
            ),
        ]
        for one in found
        for best in [_best(one)]
    ]
    picked = [row if style.path else row[1:] for row in (header, *rows)]
    if as_markdown:
        return [*markdown(picked[0], picked[1:]), ""]
    if not rows:
        return []
    keep = 2 if style.path else 1
    if keep == 2 and len({one.file for one in found}) == 1 and not fits(picked, style.sheet):
        # The room is scarce: the one file stands where "Metric" stood.
        picked, keep = [[rows[0][0], *header[2:]], *(row[1:] for row in rows)], 1
    styles = {
        (row, keep + i): f"{BOLD};{GREEN}"
        for row, one in enumerate(found, 1)
        for i, value in enumerate(one.values)
        if judged and value is not None and value == _best(one)
    }
    return panels(picked, keep, style.sheet, styles)


def _best(one: Contrast) -> Value:
    direction = direction_of(one.key or one.file)
    numbers = [value for value in one.values if is_number(value)]
    if direction is None or len(set(numbers)) < 2:
        return None
    return min(numbers) if direction is Direction.LOWER else max(numbers)


def contrast_data(found: Sequence[Contrast], names: Sequence[str]) -> dict[str, dict[str, Value]]:
    """file -> key -> revision -> value."""
    data: dict[str, dict[str, Value]] = {}
    for one in found:
        data.setdefault(one.file, {})[one.key] = dict(zip(names, one.values, strict=True))
    return data
