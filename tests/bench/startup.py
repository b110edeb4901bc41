"""How long a command takes that has next to nothing to do, in a small project."""

from __future__ import annotations

import tempfile
from pathlib import Path

from measure import DVC, EXP, header, row, seconds

from tests.repos import fixture_repo

COMMANDS = {
    "--help": (["--help"], ["--help"]),
    "dag": (["dag"], ["dag"]),
    "status": (["status"], ["status"]),
    "list": (["exp", "list"], ["list"]),
    "diff": (["exp", "diff"], ["diff"]),
}

with tempfile.TemporaryDirectory() as folder:
    project = fixture_repo("get-started", Path(folder) / "project")
    header("start-up")
    for name, (theirs, ours) in COMMANDS.items():
        row(name, seconds([*DVC, *theirs], project, 5), seconds([*EXP, *ours], project, 5))
