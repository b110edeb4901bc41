"""How long it takes to list, show and compare many experiments, the first time and again."""

from __future__ import annotations

import shutil
import tempfile
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


for count in COUNTS:
    with tempfile.TemporaryDirectory() as folder:
        project = fixture_repo("get-started", Path(folder) / "project")
        fill(project, count)
        header(f"{count} experiments")
        repeat = 1 if count >= SLOW else 3
        row("list", seconds([*DVC, "exp", "list"], project, 3), seconds([*EXP, "list"], project, 5))
        for what, before in (("first", lambda: forget(project)), ("again", lambda: None)):
            row(
                f"show --json, {what}",
                seconds([*DVC, "exp", "show", "--json"], project, repeat, before),
                seconds([*EXP, "show", "--json"], project, 5, before),
            )
        pair = ["exp-00001", "exp-00002"]
        row(
            "diff of two",
            seconds([*DVC, "exp", "diff", *pair], project, 3),
            seconds([*EXP, "diff", *pair], project, 5),
        )
