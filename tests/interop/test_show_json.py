"""`exp show --json` is `dvc exp show --json`, field by field, over good and bad revisions.

What is ours alone is named here: failed and queued runs have rows, a params file that can't be parsed spoils
only itself, dates are values, errors have words of our own.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.programs import Dvc, exp, exp_ok, git
from tests.repos import make_project, write_files

PIPELINE = """\
stages:
  train:
    cmd: cp params.yaml data.out && sed 's/lr/acc/' params.yaml > m.yaml
    params: [lr]
    deps: [data.txt]
    outs: [data.out]
    metrics: [m.yaml: {cache: false}]
"""
FILES = {
    "dvc.yaml": PIPELINE,
    "params.yaml": "lr: 1\nx: [1, 2]\nn: null\ns: 1e-3\nsize: 3\n",
    "data.txt": "a",
}
ASKED = [(), ("-a",), ("-T",), ("-n", "4"), ("--rev", "HEAD~1"), ("--rev", "v1")]


def history(project: Path) -> None:
    """Four commits, oldest first: good (v1, with experiment e1), params and pipeline broken (the branch
    `side`), and good again, with the experiments e2, e3 and a failed run; one waits in the queue.
    """
    git(project, "tag", "v1")
    exp_ok(project, "run", "-n", "e1", "-S", "lr=2")
    commit(project, "metrics", {"extra.txt": "b"})
    commit(project, "broken", {"dvc.yaml": "stages: [\n"})
    git(project, "branch", "side")
    commit(project, "mended", {"dvc.yaml": PIPELINE})
    exp_ok(project, "run", "-n", "e2", "-S", "lr=5")
    exp_ok(project, "run", "-n", "e3", "-S", "lr=6", "-S", "+deep.new=true")


def commit(project: Path, message: str, files: dict[str, str]) -> None:
    write_files(project, files)
    git(project, "add", "-A")
    git(project, "commit", "-q", "-m", message)


def both(project: Path, dvc: Dvc, *words: str) -> tuple[Any, Any]:
    """DVC's groups and ours, errors told in one way, runs that DVC does not know left out of ours."""
    theirs = dvc(project, "exp", "show", "--json", *words).json
    ours = json.loads(exp_ok(project, "show", "--json", *words))
    for group in ours:
        group["experiments"] = [
            row for row in group["experiments"] or [] if row["revs"][0]["name"] in ("e1", "e2", "e3")
        ] or None
    return [without_words(group) for group in theirs], [without_words(group) for group in ours]


def without_words(group: dict[str, Any]) -> dict[str, Any]:
    return {**group, "error": group["error"] and "told"}


@pytest.mark.parametrize("folder", [".", "sub"])
def test_every_field_is_equal(work: Path, dvc: Dvc, folder: str) -> None:
    top = make_project(work, {} if folder == "." else {"top.txt": "t"})
    project = top / folder
    if folder != ".":
        write_files(project, {".dvc/config": "", ".dvc/.gitignore": "/tmp\n/cache\n"})
    commit(top, "project", {f"{folder}/{path}": text for path, text in FILES.items()})
    history(project)
    for words in ASKED:
        theirs, ours = both(project, dvc, *words)
        assert ours == theirs, words
    # Rows of ours alone change nothing in the others.
    write_files(project, {"dvc.yaml": PIPELINE.replace("cp params", "exit 3; cp params")})
    assert exp(project, "run", "-n", "bad").code == 1
    exp_ok(project, "run", "--queue", "-n", "waits", "-S", "lr=9")
    write_files(project, {"dvc.yaml": PIPELINE, "m.yaml": "{"})
    theirs, ours = both(project, dvc)
    assert theirs[0]["data"]["metrics"].pop("m.yaml")["error"]["type"] == "YAMLFileCorruptedError"
    assert ours[0]["data"]["metrics"].pop("m.yaml")["error"]["type"] == "YAMLFileCorruptedError"
    assert ours == theirs
