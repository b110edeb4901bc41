"""Pictures of DAGs: what they look like, and that reading them back gives the very edges."""

from __future__ import annotations

import random

import pytest

from gitexp.screen.cells import width
from gitexp.screen.dag.drawing import ASCII, UNICODE, draw

UP, DOWN, LEFT, RIGHT = (-1, 0), (1, 0), (0, -1), (0, 1)
OPEN_SIDES = {
    "│": (UP, DOWN), "─": (LEFT, RIGHT), "╭": (DOWN, RIGHT), "╮": (DOWN, LEFT), "╰": (UP, RIGHT),
    "╯": (UP, LEFT), "├": (UP, DOWN, RIGHT), "┤": (UP, DOWN, LEFT), "┬": (DOWN, LEFT, RIGHT),
    "┴": (UP, LEFT, RIGHT), "┼": (UP, DOWN, LEFT, RIGHT),
}  # fmt: skip

DIAMOND = {"a": [], "left": ["a"], "right": ["a"], "join": ["left", "right"]}
GET_STARTED = {
    "data/data.xml.dvc": [],
    "prepare": ["data/data.xml.dvc"],
    "featurize": ["prepare"],
    "train": ["featurize"],
    "evaluate": ["train", "featurize"],
}


def picture(dag: dict[str, list[str]], **options: object) -> str:
    return "\n".join(draw(list(dag), dag, **options))  # type: ignore[arg-type]


def read_back(lines: list[str], names: list[str]) -> dict[str, set[str]]:
    """The edges that a reader sees: follow every line from the bottom of a box to where it ends."""
    grid = [list(line) for line in lines]
    boxes = {}  # (row of top border, column) -> name
    bottoms = {}
    for row, line in enumerate(lines):
        column = 0
        while (start := line.find("┌", column)) >= 0:
            end = line.index("┐", start)
            name = lines[row + 1][start + 1 : end].strip()
            assert name in names
            boxes.update({(row, c): name for c in range(start + 1, end)})
            bottoms.update({(row + 2, c): name for c in range(start + 1, end) if grid[row + 2][c] == "┬"})
            column = end + 1
    edges: dict[str, set[str]] = {name: set() for name in names}
    for (row, column), source in bottoms.items():
        for target in _ends(grid, boxes, row + 1, column):
            edges[target].add(source)
    return edges


def _ends(grid: list[list[str]], boxes: dict[tuple[int, int], str], row: int, column: int) -> set[str]:
    found, seen, stack = set(), set(), [(row, column, DOWN)]
    while stack:
        row, column, going = stack.pop()
        if (row, column, going) in seen:
            continue
        seen.add((row, column, going))
        character = grid[row][column]
        if character == "▼":
            found.add(boxes[row, column])
            continue
        sides = OPEN_SIDES[character]
        came_from = (-going[0], -going[1])
        if came_from not in sides:  # passes under an upright line
            assert character == "│", f"a line ends at {row},{column}"
            stack.append((row + going[0], column + going[1], going))
            continue
        stack += [(row + y, column + x, (y, x)) for y, x in sides if (y, x) != came_from and (y, x) != UP]
    return found


def test_a_diamond() -> None:
    assert (
        picture(DIAMOND)
        == """\
       ┌───┐
       │ a │
       └─┬─┘
    ╭────┴────╮
┌───▼──┐  ┌───▼───┐
│ left │  │ right │
└───┬──┘  └───┬───┘
    ╰────┬────╯
     ┌───▼──┐
     │ join │
     └──────┘"""
    )


def test_a_diamond_in_plain_ascii() -> None:
    assert (
        picture(DIAMOND, pen=ASCII)
        == """\
       +---+
       | a |
       +-+-+
    +----+----+
+---v--+  +---v---+
| left |  | right |
+---+--+  +---+---+
    +----+----+
     +---v--+
     | join |
     +------+"""
    )


def test_the_get_started_pipeline() -> None:
    assert (
        picture(GET_STARTED)
        == """\
  ┌───────────────────┐
  │ data/data.xml.dvc │
  └─────────┬─────────┘
            │
       ┌────▼────┐
       │ prepare │
       └────┬────┘
            │
     ┌──────▼────┐
     │ featurize │
     └─────┬─────┘
    ╭──────┤
┌───▼───┐  │
│ train │  │
└───┬───┘  │
    ╰──────┤
     ┌─────▼────┐
     │ evaluate │
     └──────────┘"""
    )


def test_nodes_without_edges_stand_side_by_side_and_wrap() -> None:
    lines = draw(["one", "two", "three"], {}, columns=18)
    assert [line for line in lines if "│" in line] == ["│ one │  │ two │", "│ three │"]


def test_components_stand_one_under_another() -> None:
    dag = {"a": [], "b": ["a"], "x": [], "y": ["x"]}
    lines = draw(list(dag), dag)
    assert lines.count("") == 1


def test_a_fan_out_too_wide_for_the_terminal_is_drawn_in_several_rows() -> None:
    leaves = [f"stage_{i:02d}" for i in range(12)]
    dag = {"root": [], **{leaf: ["root"] for leaf in leaves}, "join": leaves}
    lines = draw(list(dag), dag, columns=80)
    assert max(map(width, lines)) <= 80
    assert read_back(lines, list(dag)) == {name: set(parents) for name, parents in dag.items()}


def test_wide_characters_take_two_columns() -> None:
    lines = draw(["日本", "b"], {"b": ["日本"]})
    assert len({width(line) for line in lines[:3]}) == 1


def test_escape_codes_in_names_are_written_out() -> None:
    assert "\x1b" not in picture({"\x1b[31mred": [], "b": ["\x1b[31mred"]})


@pytest.mark.parametrize("seed", range(60))
def test_reading_a_picture_gives_its_edges(seed: int) -> None:
    rng = random.Random(seed)
    dag: dict[str, list[str]] = {}
    for i in range(rng.randint(2, 18)):
        dag[f"s{i}"] = rng.sample(sorted(dag), min(i, rng.choice([0, 1, 1, 2, 3])))
    for columns in (30, 80):
        lines = draw(list(dag), dag, columns=columns, pen=UNICODE)
        assert read_back(lines, list(dag)) == {name: set(parents) for name, parents in dag.items()}


def test_an_empty_dag_is_no_picture() -> None:
    assert draw([], {}) == []
