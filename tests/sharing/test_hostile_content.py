"""Content from an enemy through every command that shows some: it is shown, and nothing obeys it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.programs import EXP, Finished, finish, start
from tests.sharing.hostile_content import CONTROL, MARKUP, NAME, make_odd

FOR_PEOPLE = (
    "show",
    "show --md",
    "show --sort-by params.json:lr --top 1",
    "show --columns params.toml:*",
    "show --seeds",
    f"log {NAME}",
    f"diff {NAME}",
    f"diff {NAME} --md",
    "metrics show",
    f"params diff HEAD {NAME} --md",
    "report --md",
)
FOR_PROGRAMS = ("show --json", "metrics show --json", f"params diff HEAD {NAME} --json", f"log {NAME} --json")
SECONDS = 120
WIDEST = 100_000  # columns of a line for people; Markdown of 5,000 columns is wide


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_odd(tmp_path_factory.mktemp("odd") / "repo")


def run(cwd: Path, command: str) -> Finished:
    done = finish(start(cwd, (*EXP, *command.split())), SECONDS)
    assert done.code == 0, (command, done.err)
    assert "Traceback" not in done.err, command
    return done


@pytest.mark.slow
def test_no_terminal_is_told_anything(odd: Path) -> None:
    for command in FOR_PEOPLE:
        done = run(odd, command)
        said = done.out + done.err
        assert not CONTROL & set(said), (command, CONTROL & set(said))
        assert max(map(len, said.splitlines())) < WIDEST, command


@pytest.mark.slow
def test_json_is_whole_and_ascii(odd: Path) -> None:
    for command in FOR_PROGRAMS:
        out = run(odd, command).out
        assert out.isascii() and not (CONTROL & set(out)), command
        for line in out.splitlines():
            json.loads(line)


@pytest.mark.slow
def test_csv_has_the_values_whole_and_no_formula(odd: Path) -> None:
    before = csv.field_size_limit(1 << 25)
    rows = list(csv.reader(io.StringIO(run(odd, "show --csv").out, newline="")))
    csv.field_size_limit(before)
    assert len({len(row) for row in rows}) == 1
    cells = [cell for row in rows for cell in row]
    assert "x" * 10_000_000 in cells
    assert f"'{MARKUP[4]}" in cells and "'=1+1" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "@"))]


@pytest.mark.slow
def test_markdown_and_html_hold_no_element_of_it(odd: Path, work: Path) -> None:
    for command in ("show --md", f"diff {NAME} --md", "report --md"):
        out = run(odd, command).out
        assert "<img" not in out and "<script" not in out.lower(), command
    page = work / "report.html"
    run(odd, f"report -o {page}")
    html = page.read_text("utf-8")
    assert "<img src=x" not in html and "<script>owned" not in html
