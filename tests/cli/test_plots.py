"""`exp plots show` and `diff` as users call them."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

import pytest

from tests.browser import document_of, needs_browser
from tests.programs import exp, exp_ok
from tests.repos import make_project, write_files

needs_pictures = pytest.mark.skipif(find_spec("vl_convert") is None, reason="the extra 'plots' is missing")
HOSTILE = "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
FILES = {
    "dvc.yaml": """\
plots:
- loss.csv: {x: step}
- img
- matrix.json: {template: confusion, x: actual, y: predicted}
- own.csv: {template: mine}
""",
    "loss.csv": "step,loss\n0,1\n1,0.5\n",
    "img/0.png": b"\x89PNG",
    "matrix.json": '[{"actual": "a", "predicted": "b"}]',
    "own.csv": "a,b\n1,2\n",
    ".dvc/plots/mine.json": '{"mark": "bar", "data": {"values": "<DVC_METRIC_DATA>"}, "y": "<DVC_METRIC_Y>"}',
}


@pytest.fixture
def project(work: Path) -> Path:
    make_project(work, FILES)
    write_files(work, {"loss.csv": "step,loss\n0,1\n1,0.25\n"})
    return work


def test_json_is_dvcs(project: Path) -> None:
    found = json.loads(exp_ok(project, "plots", "diff", "HEAD", "--json"))["data"]
    (loss,) = found["loss.csv"]
    assert (loss["type"], loss["revisions"]) == ("vega", ["workspace", "HEAD"])
    assert loss["content"]["data"]["values"][1] == {"step": "1", "loss": "0.25", "rev": "workspace"}
    assert [image["revisions"] for image in found["img/0.png"]] == [["workspace"], ["HEAD"]]
    assert Path(found["img/0.png"][0]["url"]) == project / "dvc_plots" / "workspace_img_0.png"
    assert found["own.csv"][0]["content"]["y"] == "b"


def test_what_can_not_be_read_is_told_as_dvc_tells_it(project: Path) -> None:
    write_files(project, {"matrix.json": "[{"})
    (project / "loss.csv").unlink()
    answer = json.loads(exp_ok(project, "plots", "diff", "HEAD", "--json"))
    assert list(answer) == ["errors", "data"]
    assert [(one["name"], one["rev"], one["type"]) for one in answer["errors"]] == [
        ("loss.csv", "workspace", "FileNotFoundError"),
        ("matrix.json", "workspace", "JSONFileCorruptedError"),
    ]
    assert answer["data"]["loss.csv"][0]["revisions"] == ["HEAD"]


def test_an_unknown_revision_is_an_error(project: Path) -> None:
    refused = exp(project, "plots", "diff", "HEAD", "nosuch", "--json")
    assert (refused.code, refused.json["event"]) == (1, "error")
    assert "'nosuch' is neither" in refused.err


def test_what_is_made_stays_out_of_git(project: Path) -> None:
    exp_ok(project, "plots", "show", "--json")
    assert (project / "dvc_plots" / ".gitignore").read_text() == "*\n"


def test_vega_of_one_plot_only(project: Path) -> None:
    spec = json.loads(exp_ok(project, "plots", "show", "loss.csv", "--show-vega", "--title", "T"))
    assert spec["title"]["text"] == "T"
    refused = exp(project, "plots", "show", "--show-vega")
    assert refused.code == 1 and "exactly one plot" in refused.err


def test_an_unknown_template_names_the_built_in_ones(project: Path) -> None:
    refused = exp(project, "plots", "show", "-t", "liner", "--json")
    assert refused.code == 1 and "linear" in refused.err


def test_in_the_terminal(project: Path) -> None:
    drawn = exp_ok(project, "plots", "show", "loss.csv", "--term")
    assert drawn.startswith("loss.csv\n") and "step" in drawn


def test_without_the_extra_a_page_says_what_to_install(project: Path, tmp_path: Path) -> None:
    write_files(tmp_path, {"none/vl_convert.py": "raise ImportError('not here')\n"})
    refused = exp(project, "plots", "show", env={"PYTHONPATH": str(tmp_path / "none")})
    assert refused.code == 1 and "pip install 'gitexp[plots]'" in refused.err


def test_what_no_run_has_made_yet_is_an_error_with_a_way_on(project: Path) -> None:
    (project / "loss.csv").unlink()
    done = exp(project, "plots", "show", "loss.csv", "--term")
    assert (done.code, done.out) == (1, "")
    assert "there is no plot with data" in done.err and "exp plots diff NAME" in done.err


@needs_pictures
def test_pictures(project: Path) -> None:
    exp_ok(project, "plots", "show", "loss.csv", "-o", "plot.png")
    assert (project / "plot.png").read_bytes().startswith(b"\x89PNG\r\n")
    exp_ok(project, "plots", "show", "matrix.json", "-o", "out/plot.svg")
    assert (project / "out" / "plot.svg").read_text().startswith("<svg")


@needs_pictures
@pytest.mark.parametrize(
    "template",
    [
        "simple",
        "linear",
        "confusion",
        "confusion_normalized",
        "scatter",
        "scatter_jitter",
        "smooth",
        "bar_horizontal",
        "bar_horizontal_sorted",
    ],
)
def test_every_built_in_template_is_drawn(project: Path, template: str) -> None:
    exp_ok(project, "plots", "diff", "HEAD", "--targets", "loss.csv", "-t", template, "-o", "plot.svg")
    assert re.search("<path|<rect", (project / "plot.svg").read_text())


@needs_pictures
def test_a_page_of_the_users_own_is_filled(project: Path) -> None:
    write_files(project, {"page.html": "<h1>Mine</h1>{plot_divs}{scripts}"})
    exp_ok(project, "plots", "show", "loss.csv", "--html-template", "page.html", "-o", "mine.html")
    page = (project / "mine.html").read_text()
    assert page.startswith("<h1>Mine</h1><section") and "{scripts}" not in page


@needs_pictures
@needs_browser
def test_a_page_draws_itself_without_a_network_and_obeys_no_content(project: Path) -> None:
    write_files(project, {"loss.csv": f'step,"{HOSTILE.replace(chr(34), chr(34) * 2)}"\n0,1\n1,nan\n'})
    exp_ok(project, "plots", "show", "loss.csv", "matrix.json", "--title", HOSTILE, "-o", "page.html")
    text = (project / "page.html").read_text()
    assert not re.search(r"<(?:script|link|img)[^>]+(?:src|href)=[\"']?https?:", text)
    document = document_of(project / "page.html")
    assert document.count("<canvas") + document.count("<svg") >= 2
    assert "<title>Plots: workspace</title>" in document


class _Counting(BaseHTTPRequestHandler):
    """Answers nobody, and remembers who asked."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_error(404)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    _Counting.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Counting) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()


@needs_pictures
@needs_browser
def test_hostile_names_and_templates_run_nothing_and_load_nothing(work: Path, server: str) -> None:
    """Names of plots, axes, columns and classes; a template that fetches, links and embeds images."""
    evil = f"<img src='{server}/a' onerror=\"document.title='owned'\"></script>\u202e\u001b[31m"
    far = {
        "data": {"url": f"{server}/data.csv"},
        "title": {"text": evil},
        "layer": [
            {"mark": {"type": "image", "url": f"{server}/image.png"}, "encoding": {"x": {"value": 1}}},
            {
                "data": {"values": "<DVC_METRIC_DATA>"},
                "mark": {"type": "point", "href": "javascript:document.title='owned'"},
                "encoding": {"x": {"field": "<DVC_METRIC_X>"}, "y": {"field": "<DVC_METRIC_Y>"}},
            },
        ],
    }
    plots = [
        {evil: {"y": {"curve.csv": "loss"}, "x": "step", "title": evil, "x_label": evil, "y_label": evil}},
        {"classes.json": {"template": "confusion", "x": "actual", "y": "predicted"}},
        {"far.csv": {"template": "far"}},
    ]
    files = {
        "dvc.yaml": json.dumps({"plots": plots}),
        "curve.csv": "step,loss\n0,1\n1,0.5\n",
        "classes.json": json.dumps([{"actual": evil, "predicted": f"b{evil}"}]),
        "far.csv": "a,b\n1,2\n",
        ".dvc/plots/far.json": json.dumps(far),
    }
    make_project(work, files)
    exp_ok(work, "plots", "show", "-o", "page.html")
    exp_ok(work, "report", "-o", "report.html", "--title", evil)
    for page in ("page.html", "report.html"):
        document = document_of(work / page)
        assert document.count("<title>") >= 1 and "<title>owned" not in document
        assert re.search("<canvas|<svg", document), "it is drawn all the same"
    for picture in ("far.svg", "far.png"):
        exp(work, "plots", "show", "far.csv", "-o", picture)
    exp_ok(work, "plots", "show", "classes.json", "-o", "classes.svg")
    assert "<img" not in (work / "classes.svg").read_text()
    assert "\x1b" not in exp(work, "plots", "show", "--term").out
    assert _Counting.asked == []


def test_settings_of_dvc_say_where_pages_go(project: Path) -> None:
    (project / ".dvc/config").write_text("[plots]\n    out_dir = pages\n    html_template = mine.html\n")
    (project / ".dvc/mine.html").write_text("<h1>mine</h1>{plot_divs}")
    exp_ok(project, "plots", "show", "--json")
    assert (project / "pages/workspace_img_0.png").exists()
    exp_ok(project, "plots", "show", "img/0.png")
    assert (project / "pages/index.html").read_text().startswith("<h1>mine</h1>")
    exp_ok(project, "plots", "show", "img/0.png", "-o", "elsewhere")
    assert (project / "elsewhere/index.html").exists()
    assert not (project / "dvc_plots").exists()


def test_targets_are_all_the_words_behind_the_option(project: Path) -> None:
    found = json.loads(exp_ok(project, "plots", "diff", "HEAD", "--json", "--targets", "loss.csv", "own.csv"))
    assert sorted(found["data"]) == ["loss.csv", "own.csv"]
