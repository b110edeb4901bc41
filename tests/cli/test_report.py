"""`exp report`: one page that opens offline, and Markdown; hostile content stays text."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.browser import document_of, needs_browser
from tests.programs import exp, exp_ok
from tests.repos import make_project, make_repo

MARKUP = "</script><script>document.title='owned'</script><!-- <script> &amp; @all"
FILES = {
    "dvc.yaml": """\
stages:
  train:
    cmd: python3 train.py
    deps: [train.py]
    params: [lr, note]
    metrics: [metrics.json: {cache: false}]
    plots:
    - loss.csv: {cache: false, x: step}
    - picture.svg: {cache: false}
""",
    "params.yaml": json.dumps({"lr": 1, "note": MARKUP, "odd": "\u202eright"}),
    "train.py": """\
import json
lr = json.load(open("params.yaml"))["lr"]
json.dump({"acc": 1 / lr, "bad": float("nan"), "far": float("inf")}, open("metrics.json", "w"))
open("loss.csv", "w").write("step,loss\\n0,%s\\n1,nan\\n2,0.1\\n" % lr)
open("picture.svg", "w").write("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
""",
}


@pytest.fixture
def project(work: Path) -> Path:
    make_project(work, FILES)
    exp_ok(work, "run", "-S", "lr=2,4,8", "--name", "sweep")
    return work


def data_of(page: Path) -> dict[str, object]:
    text = page.read_text(encoding="utf-8")
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    data: dict[str, object] = json.loads(found[1])
    return data


def test_the_page_holds_rows_columns_curves_and_images(project: Path) -> None:
    exp_ok(project, "report", "--title", "Mine")
    data = data_of(project / "exp_report" / "index.html")
    rows, columns, plots = data["rows"], data["columns"], data["plots"]
    assert isinstance(rows, list) and isinstance(columns, list) and isinstance(plots, list)
    assert data["title"] == "Mine"
    assert (project / "exp_report" / ".gitignore").read_text() == "*\n", "no run takes it into its snapshot"
    assert [row["kind"] for row in rows] == ["baseline", "experiment", "experiment", "experiment"]
    titles = [column["title"] for column in columns]
    by_name = {row["label"]: dict(zip(titles, row["value"], strict=True)) for row in rows}
    assert sorted(row["acc"] for row in by_name.values() if row["acc"]) == [0.125, 0.25, 0.5]
    assert all(row["bad"] is None and row["far"] is None for row in by_name.values())
    loss, picture = plots
    assert [len(curve["points"]) for curve in loss["curves"]] == [2, 2, 2]
    assert all(image["url"].startswith("data:image/svg+xml;base64,") for image in picture["images"])


def test_no_content_can_end_the_script(project: Path) -> None:
    exp_ok(project, "report", "--title", MARKUP, "-o", "out/report.html")
    text = (project / "out" / "report.html").read_text(encoding="utf-8")
    assert "document.title='owned'</script>" not in text
    assert text.count("</script>") == 3
    assert not re.search(r"(?:src|href)\s*=\s*[\"']?https?:", text)


@needs_browser
def test_a_browser_draws_it_and_obeys_no_content(project: Path) -> None:
    exp_ok(project, "report", "--title", MARKUP)
    document = document_of(project / "exp_report" / "index.html")
    assert "<title>owned" not in document
    body = document[document.index("<h1>") :]
    assert body.count("<tr") == 5
    assert body.count("<svg") == 3, "parallel coordinates, scatter, curves"
    assert body.count("<figure") == 3
    assert body.startswith("<h1>&lt;/script&gt;&lt;script&gt;"), "the title is there, as text"


@needs_browser
def test_the_best_of_a_metric_is_marked(project: Path) -> None:
    exp_ok(project, "report")
    cells = re.findall(
        r'<td class="([^"]*)" title="([^"]*) \(best\)"', document_of(project / "exp_report" / "index.html")
    )
    assert cells == [("number best", "0.5")]


@needs_browser
def test_the_user_says_which_metric_is_better_low_and_which_colours_the_lines(project: Path) -> None:
    exp_ok(project, "report", "--minimize", "acc")
    page = project / "exp_report" / "index.html"
    turned = """<script>
    const one_of = document.querySelector('select[aria-label=colour]');
    one_of.value = [...one_of.options].find(one => one.textContent === 'acc').value;
    one_of.dispatchEvent(new Event('change'));
    </script></body>"""
    page.write_text(page.read_text().replace("</body>", turned))
    body = document_of(page).partition("<h1>")[2]
    assert re.findall(r'title="([^"]*) \(best\)"', body) == ["0.125"]
    lines = re.findall(r'class="line" stroke="([^"]*)"[^>]* data-row="sweep-(.)', body)
    best, worst = "rgb(224 130 20)", "rgb(94 79 162)"
    of_three = {name: {stroke for stroke, found in lines if found == name} for name in "123"}
    assert of_three["1"] == {worst} and of_three["3"] == {best}, "the same in parallel coordinates and curves"
    assert "0.5" in body.partition('class="legend"')[2].partition("ramp")[0]


@needs_browser
def test_the_table_filters_and_sorts_and_a_chosen_row_stands_out(project: Path) -> None:
    exp_ok(project, "report")
    page = project / "exp_report" / "index.html"
    turned = """<script>
    const search = document.querySelector('input[type=search]');
    search.value = 'lr>=2 acc<0.5';
    search.dispatchEvent(new Event('input'));
    [...document.querySelectorAll('th')].find(one => one.textContent.includes('acc')).click();
    document.querySelector('tbody tr').click();
    </script></body>"""
    page.write_text(page.read_text().replace("</body>", turned))
    body = document_of(page).partition("<tbody>")[2]
    rows = re.findall(r'<tr class="([^"]*)".*?</tr>', body.partition("</tbody>")[0])
    assert rows == ["experiment on", "experiment"]
    first, second = re.findall(r'title="(0\.[0-9]+)"', body.partition("</tbody>")[0])
    assert (first, second) == ("0.125", "0.25")
    assert len(re.findall(r'class="line strong"', body)) >= 2, "in parallel coordinates and curves"
    assert body.count("<figure") == 2


def test_rows_are_chosen_as_in_show(project: Path) -> None:
    exp_ok(project, "report", "--where", "lr > 2", "--sort-by=-lr", "--top", "1", "--plots", "0")
    data = data_of(project / "exp_report" / "index.html")
    assert isinstance(data["rows"], list)
    assert len(data["rows"]) == 2 and data["left_out"] == 1
    assert 8 in data["rows"][1]["value"]


def test_markdown_is_a_table_and_drawings_without_markup(project: Path) -> None:
    text = exp_ok(project, "report", "--md", "--title", MARKUP)
    assert text.startswith("## &lt;/script&gt;")
    assert "<script" not in text and "@all" not in text
    assert "<details><summary>loss.csv</summary>" in text
    assert sum(line.startswith("| ") for line in text.splitlines()) == 5


def test_a_repository_without_a_commit_has_no_report(work: Path) -> None:
    make_repo(work)
    assert exp(work, "report").code == 1
