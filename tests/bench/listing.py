"""How long it takes to list, show and compare many experiments, the first time and again.

python tests/bench/listing.py            10, 100 and 1,000, beside DVC
python tests/bench/listing.py 100000     so many, packed; from 2,000 on without DVC, which takes minutes
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

import pygit2
from measure import DVC, EXP, header, row, seconds

from tests.programs import git
from tests.repos import AUTHOR, FIRST_COMMIT, fixture_repo

COUNTS = (10, 100, 1000)
WITH_DVC = 2000
SLOW = 1000  # DVC's first `show` of so many takes most of a minute: measured once


def files_of(number: int) -> dict[str, str]:
    return {
        "params.yaml": f"split:\n  rows: 6\ntrain:\n  lr: 0.{number:05}1\n  epochs: 3\n",
        "metrics.json": f'{{"error": 1.{number:05}, "rows": 4}}',
    }


def fill(project: Path, count: int) -> None:
    """`count` experiments as commits and refs, each with its own params and metrics."""
    repo = pygit2.Repository(str(project))
    head = repo.head.peel()
    for number in range(count):
        tree = repo.TreeBuilder(head.tree)
        for name, text in files_of(number).items():
            tree.insert(name, repo.create_blob(text.encode()), pygit2.enums.FileMode.BLOB)
        who = pygit2.Signature(*AUTHOR, FIRST_COMMIT + number, 0)
        commit = repo.create_commit(None, who, who, f"experiment {number}", tree.write(), [head.id])
        repo.references.create(f"refs/exps/{str(head.id)[:2]}/{str(head.id)[2:]}/exp-{number:05}", commit)


def fill_fast(project: Path, count: int) -> None:
    """The same through `git fast-import`, 100,000 in about a minute; refs packed."""
    head = git(project, "rev-parse", "HEAD")
    importer = subprocess.Popen(["git", "fast-import", "--quiet"], cwd=project, stdin=subprocess.PIPE)
    assert importer.stdin is not None
    for number in range(count):
        ref = f"refs/exps/{head[:2]}/{head[2:]}/exp-{number:05}"
        message = f"experiment {number}"
        importer.stdin.write(
            f"commit {ref}\ncommitter A <a@b> {FIRST_COMMIT + number} +0000\n"
            f"data {len(message)}\n{message}\nfrom {head}\n".encode()
        )
        for name, text in files_of(number).items():
            importer.stdin.write(f"M 100644 inline {name}\ndata {len(text)}\n{text}\n".encode())
    importer.stdin.close()
    assert importer.wait() == 0
    git(project, "pack-refs", "--all")


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


def measure_ours(project: Path, count: int) -> None:
    """What reads all, and what must not: the second kind takes the same time whatever the count."""
    fill_fast(project, count)
    print(f"\n{count} experiments, packed: exp, median seconds")
    pair = ["exp-00001", f"exp-{count - 1:05}"]
    cold = seconds([*EXP, "show", "--json"], project, 1, partial(forget, project))
    print(f"  {'show --json, first':28} {cold:.2f}")
    for words in (
        ["show", "--json"],
        ["show"],
        ["show", "--top", "10"],
        ["show", "--sort-by", "error", "--top", "10"],
        ["list"],
        ["log", "-n", "10"],
        ["log", pair[0]],
        ["diff", *pair],
    ):
        print(f"  {' '.join(words):28} {seconds([*EXP, *words], project, 3):.2f}")


for count in map(int, sys.argv[1:] or COUNTS):
    with tempfile.TemporaryDirectory() as folder:
        project = fixture_repo("get-started", Path(folder) / "project")
        (measure if count < WITH_DVC else measure_ours)(project, count)
