"""Rows of text as aligned columns, Markdown and CSV."""

from __future__ import annotations

import io

from gitexp.screen.text_table import align, markdown, write_csv


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert align([("a", "bb"), ("ccc", "d")]) == ["a    bb", "ccc  d"]


def test_columns_can_be_aligned_to_the_right() -> None:
    assert align([("x", "1"), ("y", "100")], right=[1]) == ["x    1", "y  100"]


def test_wide_characters_keep_columns_straight() -> None:
    assert align([("日本", "x"), ("ab", "y")]) == ["日本  x", "ab    y"]


def test_a_markdown_table_looks_as_dvc_writes_it() -> None:
    assert markdown(["Path", "lr"], [["params.yaml", "0.1"]]) == [
        "| Path        | lr   |",
        "|-------------|------|",
        "| params.yaml | 0.1  |",
    ]


def test_pipes_in_markdown_cells_are_escaped() -> None:
    assert markdown(["a"], [["x|y"]])[2] == "| x\\|y |"


def test_csv_is_quoted_and_ends_lines_with_crlf() -> None:
    out = io.StringIO()
    write_csv(out, [["a", "b"], ["x,y", 'say "hi"']])
    assert out.getvalue() == 'a,b\r\n"x,y","say ""hi"""\r\n'


def test_markdown_cells_can_not_be_left_by_what_stands_in_them() -> None:
    lines = markdown(["<b>\x1b[31m"], [["</script>|\n"]])
    assert len(lines) == 3
    assert "<" not in "".join(lines)
    assert "\x1b" not in "".join(lines)
    assert "&lt;/script>\\|\\n" in lines[2]
