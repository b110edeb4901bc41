"""How long it takes to list, show and compare many experiments, the first time and again."""

from __future__ import annotations

import shutil
import tempfile
from functools import partial
from pathlib import Path

import pygit2
from measure import DVC, EXP, header, row, seconds

from tests.repos import AUTHOR, FIRST_COMMIT, fixture_repo

COUNTS = (10, 100, 1000)
SLOW = 1000  # DVC's first `show` of so many takes most of a minute: measured once


def fill(project: Path, count: int) -> None:
    """`count` experiments as commits and refs, each with its own params and metrics."""
    repo = pygit2.Repository(str(project))
    head = repo.head.peel()
    for number in range(count):
        tree = repo.TreeBuilder(head.tree)
        for name, text in {
            "params.yaml": f"split:\n  rows: 6\ntrain:\n  lr: 0.{number:05}1\n  epochs: 3\n",
            "metrics.json": f'{{"error": 1.{number:05}, "rows": 4}}',
        }.items():
            tree.insert(name, repo.create_blob(text.encode()), pygit2.enums.FileMode.BLOB)
        who = pygit2.Signature(*AUTHOR, FIRST_COMMIT + number, 0)
        commit = repo.create_commit(None, who, who, f"experiment {number}", tree.write(), [head.id])
        repo.references.create(f"refs/exps/{str(head.id)[:2]}/{str(head.id)[2:]}/exp-{number:05}", commit)


def forget(project: Path) -> None:
    """Drop what both tools remember of experiments they have shown."""
    shutil.rmtree(project / ".dvc" / "tmp" / "exps" / "cache", ignore_errors=True)
    shutil.rmtree(project / ".git" / "gitexp" / "cache", ignore_errors=True)


def measure(project: Path, count: int) -> None:
    fill(project, count)
    header(f"{count} experiments")
    row("list", seconds([*DVC, "exp", "list"], project, 3), seconds([*EXP, "list"], project, 5))
    theirs, ours = [*DVC, "exp", "show", "--json"], [*EXP, "show", "--json"]
    repeat = 1 if count >= SLOW else 3
    first = partial(forget, project)
    row("show --json, first", seconds(theirs, project, repeat, first), seconds(ours, project, 5, first))
    row("show --json, again", seconds(theirs, project, repeat), seconds(ours, project, 5))
    pair = ["exp-00001", "exp-00002"]
    theirs, ours = [*DVC, "exp", "diff", *pair], [*EXP, "diff", *pair]
    row("diff of two", seconds(theirs, project, 3), seconds(ours, project, 5))


for count in COUNTS:
    with tempfile.TemporaryDirectory() as folder:
        measure(fixture_repo("get-started", Path(folder) / "project"), count)
