"""What plots mean: which file, which x and y, over which revisions."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitexp.errors import ExpError
from gitexp.experiment.plots.data import parse_points
from gitexp.experiment.plots.plots import PlotRequest, collect_plots
from gitexp.experiment.plots.record import Definition, Plot, PlotError, PlotSet, Point
from gitexp.experiment.plots.revisions import compared_revisions
from gitexp.experiment.plots.series import build_series
from gitexp.pipeline.stage import PlotStyle
from gitexp.project import find_project
from tests.repos import commit_all, make_project, write_files

POINTS: dict[str, list[Point]] = {
    "out/a.csv": [{"n": "0", "u": "1", "v": "2"}, {"n": "1", "u": "3", "v": "4"}],
    "out/b.csv": [{"n": "0", "u": "5"}, {"n": "1", "u": "6"}],
    "short.csv": [{"n": "0", "w": "1"}],
    "empty.csv": [],
}


def series(path: str | None, **style: object) -> list[Point]:
    return list(build_series(Definition("id", path, PlotStyle(**style)), "r", POINTS.__getitem__).points)


def test_without_x_and_y_the_last_field_goes_over_the_step() -> None:
    made = build_series(Definition("id", "out/a.csv"), "r", POINTS.__getitem__)
    assert (made.x, made.y, made.y_label) == ("step", "v", "v")
    assert made.points[1] == {"n": "1", "u": "3", "v": "4", "step": 1, "rev": "r"}


def test_two_fields_become_one_field_and_say_which_they_were() -> None:
    made = series("out/a.csv", x="n", y=["u", "v"])
    assert [(p["dvc_inferred_y_value"], p["field"]) for p in made] == [
        ("1", "u"),
        ("3", "u"),
        ("2", "v"),
        ("4", "v"),
    ]


def test_two_files_are_told_apart_by_name_without_their_common_folder() -> None:
    made = series(None, x="n", y={"out/a.csv": "u", "out/b.csv": "u"})
    assert [p["filename"] for p in made] == ["a.csv", "a.csv", "b.csv", "b.csv"]
    assert "dvc_inferred_y_value" not in made[0]


def test_files_and_fields_that_both_differ_are_one_key() -> None:
    made = series(None, x="n", y={"out/a.csv": ["u", "v"], "out/b.csv": "u"})
    assert {str(p["filename::field"]) for p in made} == {"a.csv::u", "a.csv::v", "b.csv::u"}


def test_x_may_come_from_another_file() -> None:
    made = series(None, x={"out/b.csv": "u"}, y={"out/a.csv": "v"})
    assert [(p["u"], p["v"]) for p in made] == [("5", "2"), ("6", "4")]


@pytest.mark.parametrize(
    ("style", "type"),
    [
        ({"y": "nope"}, "FieldNotFoundError"),
        ({"x": "nope"}, "FieldNotFoundError"),
        ({"x": {"short.csv": "w"}}, "DvcException"),
        ({"x": {"out/a.csv": "n", "out/b.csv": "n"}}, "DvcException"),
    ],
)
def test_what_does_not_fit_is_named(style: dict[str, object], type: str) -> None:
    with pytest.raises(PlotError) as caught:
        series("out/a.csv", **style)
    assert caught.value.type == type


def test_lists_inside_a_mapping_stand_side_by_side() -> None:
    text = b'{"p": 1, "h": {"rows": [{"i": 0}, {"i": 1}]}, "z": [{"k": 5}]}'
    assert parse_points("x.json", text) == [{"i": 0, "k": 5}, {"i": 1}]
    assert parse_points("x.yaml", b"- {a: 1}\n- {a: 2}\n") == [{"a": 1}, {"a": 2}]
    assert parse_points("x.json", b'{"a": 1}') == []


def test_a_table_without_header_has_numbers_for_names() -> None:
    assert parse_points("x.tsv", b"1\t2\n3\t4\n", header=False) == [
        {"0": "1", "1": "2"},
        {"0": "3", "1": "4"},
    ]


@pytest.mark.parametrize(("path", "text"), [("x.txt", b""), ("x.json", b"{"), ("x.csv", b"\xff\n")])
def test_other_files_are_refused(path: str, text: bytes) -> None:
    with pytest.raises(PlotError):
        parse_points(path, text)


PROJECT = {
    "dvc.yaml": """\
stages:
  train:
    cmd: echo
    plots:
    - curve.csv: {cache: false, x: n, title: Curve}
plots:
- live: {x: step}
- img
- named: {x: n, y: {curve.csv: u}, template: simple}
- gone.csv
""",
    "curve.csv": "n,u\n0,1\n1,2\n",
    "live/loss.tsv": "step\tloss\n0\t1.0\n",
    "live/train/acc.tsv": "step\tacc\n0\t0.5\n",
    "img/0.png": b"\x89PNG",
}


def read(work: Path, *revisions: str, targets: tuple[str, ...] = ()) -> PlotSet:
    return collect_plots(find_project(work), PlotRequest(revisions or ("workspace",), targets))


def plot_of(plots: PlotSet, id: str) -> Plot:
    (entry,) = [entry for entry in plots.entries if entry.id == id]
    assert entry.plot is not None
    return entry.plot


def test_plots_of_two_revisions_are_one_plot(work: Path) -> None:
    make_project(work, PROJECT)
    write_files(work, {"curve.csv": "n,u\n0,7\n1,8\n"})
    plots = read(work, "workspace", "HEAD")
    curve = plot_of(plots, "curve.csv")
    assert curve.title == "Curve"
    assert [(p["rev"], p["u"]) for p in curve.series.points] == [
        ("workspace", "7"),
        ("workspace", "8"),
        ("HEAD", "1"),
        ("HEAD", "2"),
    ]
    assert [entry.id for entry in plots.entries] == [
        "live/loss.tsv",
        "live/train/acc.tsv",
        "img/0.png",
        "named",
        "gone.csv",
        "curve.csv",
    ]
    assert {(one.id, one.rev, one.type) for one in plots.problems} == {
        ("gone.csv", "workspace", "FileNotFoundError"),
        ("gone.csv", "HEAD", "FileNotFoundError"),
    }


def test_a_target_is_an_id_a_folder_or_any_data_file(work: Path) -> None:
    make_project(work, {**PROJECT, "other.csv": "a,b\n1,2\n"})
    assert [one.id for one in read(work, targets=("named",)).entries] == ["named"]
    assert len(read(work, targets=("live",)).entries) == 2
    assert plot_of(read(work, targets=("other.csv",)), "other.csv").series.y == "b"
    with pytest.raises(ExpError, match="neither a plot nor a file") as caught:
        read(work, targets=("nmaed",))
    assert "named" in (caught.value.hint or "")


def test_an_id_that_is_taken_twice_has_its_manifest_before_it(work: Path) -> None:
    sub = {"sub/dvc.yaml": "plots:\n- named: {y: {c.csv: v}}\n", "sub/c.csv": "v\n1\n"}
    make_project(work, {**PROJECT, **sub})
    ids = [entry.id for entry in read(work).entries]
    assert "dvc.yaml::named" in ids
    assert plot_of(read(work), "sub/dvc.yaml::named").series.points == (
        {"v": "1", "step": 0, "rev": "workspace"},
    )


def test_no_revision_is_the_workspace_and_head_only_if_they_differ(work: Path) -> None:
    make_project(work, PROJECT)
    project = find_project(work)
    assert compared_revisions(project, ()) == ("workspace",)
    write_files(work, {"curve.csv": "changed"})
    assert compared_revisions(project, ()) == ("workspace", "HEAD")
    assert compared_revisions(project, ("HEAD",)) == ("workspace", "HEAD")
    assert compared_revisions(project, ("HEAD", "workspace")) == ("workspace", "HEAD")


def test_a_revision_whose_pipeline_is_broken_is_a_problem_and_the_others_are_drawn(work: Path) -> None:
    make_project(work, PROJECT)
    write_files(work, {"dvc.yaml": "stages: 5\n"})
    commit_all(work)
    plots = read(work, "HEAD", "HEAD^")
    assert [one.rev for one in plots.problems if one.id is None] == ["HEAD"]
    assert plot_of(plots, "curve.csv").revisions == ("HEAD^",)
