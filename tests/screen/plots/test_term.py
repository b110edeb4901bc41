"""Plots drawn in a terminal."""

from __future__ import annotations

from gitexp.experiment.plots.record import Image, Plot, PlotEntry, PlotSet, Series
from gitexp.screen.cells import width
from gitexp.screen.plots.canvas import DotCanvas
from gitexp.screen.plots.term import Canvas, term_plots


def drawn(points: list[dict[str, object]], template: str = "linear", canvas: Canvas = Canvas()) -> list[str]:
    revisions = tuple(dict.fromkeys(str(point["rev"]) for point in points))
    plot = Plot("id", "Title", template, Series(tuple(points), "x", "y", "x", "y"), revisions)
    return list(term_plots(PlotSet(revisions, (PlotEntry("id", plot),)), canvas))


def test_a_line_goes_from_corner_to_corner() -> None:
    canvas = DotCanvas(4, 2, braille=False)
    canvas.line((0, 0), (3, 1), 0)
    assert canvas.lines([""], False) == ["  **", "**  "]
    braille = DotCanvas(2, 1, braille=True)
    braille.line((0, 0), (3, 3), 0)
    assert braille.lines([""], False) == ["⡠⠊"]


def test_curves_are_told_apart_by_letters_and_fit_the_width() -> None:
    points = [{"rev": rev, "x": x, "y": x * k} for k, rev in enumerate(("one", "two")) for x in range(50)]
    lines = drawn(points)
    assert lines[0] == "Title"
    assert max(map(width, lines)) <= 80
    assert "a one" in lines[-2] and "b two" in lines[-2]
    assert any(line.endswith("b") for line in lines[:4])


def test_ascii_where_the_terminal_knows_no_more() -> None:
    lines = drawn([{"rev": "r", "x": x, "y": x} for x in range(5)], canvas=Canvas(60, unicode=False))
    assert all(line.isascii() for line in lines)
    assert max(map(len, lines)) <= 60


def test_text_numbers_count_and_what_is_no_finite_number_is_left_out() -> None:
    values = ["0", "1", "nan", "inf", "", None, "word", 10**400]
    lines = drawn([{"rev": "r", "x": i, "y": value} for i, value in enumerate(values)])
    assert lines[1].startswith("     1 │") or lines[1].lstrip().startswith("1 │")
    assert drawn([{"rev": "r", "x": 0, "y": "word"}])[1] == "(no numbers in x and y)"


def test_one_point_and_equal_values_are_drawn() -> None:
    assert any("⠁" <= c <= "⣿" for c in "".join(drawn([{"rev": "r", "x": 1, "y": 2}])))
    assert drawn([{"rev": "r", "x": 1, "y": 1e300}, {"rev": "r", "x": 2, "y": -1e308}])


def test_a_confusion_matrix_is_a_table() -> None:
    pairs = [("cat", "cat"), ("cat", "dog"), ("dog", "dog"), ("dog", "dog")]
    lines = drawn([{"rev": "r", "x": x, "y": y} for x, y in pairs], "confusion")
    assert lines[1:4] == ["y \\ x  cat  dog", "cat      1    0", "dog      1    2"]


def test_bars_are_sorted_when_the_template_says_so() -> None:
    points: list[dict[str, object]] = [{"rev": "r", "x": 1, "y": "low"}, {"rev": "r", "x": 2, "y": "high"}]
    lines = drawn(points, "bar_horizontal_sorted")
    assert lines[1].startswith("high █") and lines[2].startswith("low  █")
    assert lines[1].count("█") == 2 * lines[2].count("█")


def test_control_characters_in_names_are_written_out() -> None:
    assert "\x1b" not in "".join(
        drawn([{"rev": "\x1b[31mred", "x": 1, "y": 2}, {"rev": "b", "x": 2, "y": 3}])
    )


def test_images_are_counted() -> None:
    entry = PlotEntry("img/0.png", images=(Image("r", "img/0.png", b""),))
    assert list(term_plots(PlotSet(("r",), (entry,)), Canvas()))[0] == "img/0.png: 1 image"
