"""`exp plots --json` beside `dvc plots --json`: the same plots, points, titles, axes, images and errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.programs import Dvc, exp
from tests.repos import make_project, write_files

FILES = {
    "dvc.yaml": """\
stages:
  s:
    cmd: echo
    plots:
    - a.csv: {cache: false, x: n, title: T, x_label: XL}
    - b.csv: {cache: false, x: n, y: 'w.x[0]'}
plots:
- dvclive/plots/metrics: {x: step}
- img
- both: {x: n, y: {a.csv: [u, v], b.csv: 'w.x[0]'}}
- files: {x: {roc/one.json: fpr}, y: {roc/one.json: tpr, roc/two.json: tpr}, template: simple, title: ROC}
- fields: {x: {a.csv: n}, y: {a.csv: [u, v]}}
- badfield: {x: n, y: {a.csv: zzz}}
- badlength: {x: {roc/one.json: fpr}, y: {a.csv: u}}
- a.csv: {y: u}
- empty.csv
- nest.json
- gone.csv
- pairs.csv: {template: confusion, x: actual, y: predicted}
""",
    "sub/dvc.yaml": "plots:\n- d.csv: {x: n}\n- named: {x: n, y: {d.csv: u, ../a.csv: u}}\n",
    "a.csv": "n,u,v,extra\n0,1,2,q\n1,2,3,r\n",
    "sub/d.csv": "n,u\n0,1\n1,2\n",
    "b.csv": "n,w.x[0]\n0,1\n1,2\n",
    "empty.csv": "",
    "nest.json": '{"p": 1, "h": {"rows": [{"i": 0, "j": 3}, {"i": 1, "j": NaN}]}, "z": [{"k": 5}, {"k": 6}]}',
    "pairs.csv": "actual,predicted\na,a\na,b\n",
    "roc/one.json": '{"roc": [{"fpr": 0, "tpr": 0}, {"fpr": 0.5, "tpr": 0.8}, {"fpr": 1, "tpr": 1}]}',
    "roc/two.json": '{"roc": [{"fpr": 0, "tpr": 0}, {"fpr": 0.4, "tpr": 0.8}, {"fpr": 1, "tpr": 1}]}',
    "img/0.png": b"\x89PNG",
    "img/10.png": b"\x89PNG",
    "dvclive/plots/metrics/loss.tsv": "step\tloss\n0\t1.0\n1\t0.5\n",
    "dvclive/plots/metrics/train/acc.tsv": "step\tacc\n0\t0.1\n1\t0.2\n",
}


@pytest.mark.parametrize("words", [("show",), ("diff", "HEAD"), ("show", "both", "-x", "u"), ("show", "img")])
def test_the_json_is_the_same(dvc: Dvc, work: Path, words: tuple[str, ...]) -> None:
    make_project(work, FILES)
    write_files(work, {"dvclive/plots/metrics/loss.tsv": "step\tloss\n0\t1.0\n1\t0.25\n"})
    theirs = dvc(work, "plots", *words, "--json").json
    ours = exp(work, "plots", *words, "--json").json
    assert essence(ours) == essence(theirs)


def essence(found: Any) -> Any:
    """All but the drawing itself, which is each tool's own, and the wording of errors."""
    errors = [
        (one.get("name"), one["rev"], one.get("source"), one["type"]) for one in found.get("errors", ())
    ]
    return {
        "data": {id: [entry_essence(one) for one in plots] for id, plots in found.get("data", {}).items()},
        "errors": sorted(errors, key=str),
    }


def entry_essence(entry: Any) -> Any:
    drawn = entry.get("content")
    if drawn is None:
        return entry
    x = drawn.get("encoding", {}).get("x", {})
    return {
        **{key: value for key, value in entry.items() if key != "content"},
        "values": repr(drawn["data"]["values"]),
        "title": drawn["title"],
        "x": (x.get("field"), x.get("title")),
    }
