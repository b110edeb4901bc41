"""Three or more revisions side by side, a column each; as text, Markdown and JSON."""

from __future__ import annotations

from collections.abc import Sequence

from gitexp.experiment.table.best import best_of, direction_of
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
    marked = [_best(one) if judged else frozenset() for one in found]
    rows = [
        [
            one_line(one.file),
            one_line(one.key),
            *(number(value, style) + BEST_MARK * (place in best) for place, value in enumerate(one.values)),
        ]
        for one, best in zip(found, marked, strict=True)
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
    styles = {(row, keep + place): f"{BOLD};{GREEN}" for row, best in enumerate(marked, 1) for place in best}
    return panels(picked, keep, style.sheet, styles)


def _best(one: Contrast) -> frozenset[int]:
    direction = direction_of(one.key or one.file)
    best = None if direction is None else best_of(direction, dict(enumerate(one.values)))
    return frozenset() if best is None else best.rows


def contrast_data(found: Sequence[Contrast], names: Sequence[str]) -> dict[str, dict[str, Value]]:
    """file -> key -> revision -> value."""
    data: dict[str, dict[str, Value]] = {}
    for one in found:
        data.setdefault(one.file, {})[one.key] = dict(zip(names, one.values, strict=True))
    return data
