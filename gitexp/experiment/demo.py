"""The demo project: three stages on a public data set, copied out of the package."""

from __future__ import annotations

import json
from pathlib import Path

from gitexp.errors import Exit, ExpError
from gitexp.experiment.find import list_experiments
from gitexp.git.command import run_git
from gitexp.git.objects import ObjectReader
from gitexp.git.repo import Repo, author, find_repo

PROJECT = Path(__file__).with_name("demo_project")
IDENTITY = {"user.name": "Demo", "user.email": "demo@example.com"}


def lay_down(folder: Path) -> Repo:
    """Write the project into `folder` and make that a Git repository: nothing committed yet.

    Where Git has no author for commits, this repository gets one of its own. Raises ExpError when there
    is something in `folder` already.
    """
    _require_empty(folder)
    _copy_project(folder)
    run_git(folder, "init", "--quiet")
    repo = find_repo(folder)
    _ensure_author(repo)
    return repo


def best_of(repo: Repo, baseline: str) -> str | None:
    """The experiment of `baseline` with the highest accuracy, then the lowest loss; None without any."""
    ranked = []
    with ObjectReader(repo) as reader:
        for experiment in list_experiments(repo, [baseline]):
            metrics = json.loads(reader.read(f"{experiment.commit}:metrics.json") or b"{}")
            if "accuracy" in metrics:
                ranked.append((-metrics["accuracy"], metrics["log_loss"], experiment.name))
    return min(ranked)[2] if ranked else None


def _require_empty(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        return
    if folder.exists() or folder.is_symlink():
        raise ExpError(f"{folder} is not an empty folder.", "name another: `exp demo DIR`.", Exit.FAILED)


def _copy_project(folder: Path) -> None:
    for source in PROJECT.rglob("*"):
        inside = source.relative_to(PROJECT)
        if (
            source.is_file() and "__pycache__" not in inside.parts
        ):  # installers compile every .py they install
            target = folder / inside
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())


def _ensure_author(repo: Repo) -> None:
    try:
        author(repo)
    except ExpError:
        for key, value in IDENTITY.items():
            run_git(repo.work_tree, "config", key, value)
