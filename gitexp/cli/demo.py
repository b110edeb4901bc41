"""`exp demo`: a small real project, and the main job done on it with the very commands it prints."""

from __future__ import annotations

import os
import shlex
import sys
import time
from contextlib import redirect_stdout
from pathlib import Path
from typing import Annotated

import typer

from gitexp.cli import main
from gitexp.errors import Exit
from gitexp.experiment.demo import best_of, lay_down
from gitexp.git.command import run_git
from gitexp.git.repo import Repo, read_head
from gitexp.screen.answer import one, write_answer
from gitexp.screen.change_data import DemoAnswer

ANSWER = one(DemoAnswer)

FOLDER = typer.Argument(metavar="[DIR]", help="A new or an empty folder.")
SWEEP = ("run", "-S", "train.units=4,16", "-S", "train.rate=0.001,0.01,0.1")


def command(
    folder: Annotated[Path, FOLDER] = Path("penguins"),
    json: bool = typer.Option(False, "--json", help="What was made, as JSON; the rest goes to stderr."),
) -> int:
    """Lay down a small real project in a new Git repository and run the main job on it.

    The project learns to tell a penguin's sex from its measurements, with Python alone. The demo runs its
    pipeline once, then six experiments in parallel, and shows them in a table.
    """
    if not json:
        return _demonstrate(folder)[0]
    with redirect_stdout(sys.stderr):
        code, answer = _demonstrate(folder)
    if answer is not None:
        write_answer(answer)
    return code


def _demonstrate(folder: Path) -> tuple[int, DemoAnswer | None]:
    """The exit code of what failed, or what was made."""
    began = time.monotonic()
    repo = lay_down(folder)
    os.chdir(repo.work_tree)
    _write(
        f"{folder}: 344 penguins (data/), three stages (dvc.yaml), what may be varied (params.yaml).",
        "",
        "A Git repository, a DVC project, a first commit:",
        "$ git init",
    )
    code = _exp("init", "--quiet") or _commit(repo, "Penguins: data, code, pipeline")
    if not code:
        _write("", "The pipeline as it stands, then its results as the baseline:")
        code = _exp("run", "--name", "first") or _exp("apply", "first") or _commit(repo, "First results")
    if not code:
        _write("", "Six experiments, in parallel, each in a worktree of its own:")
        code = _exp(*SWEEP) or _exp("show")
    if code:
        return code, None
    best = best_of(repo, read_head(repo).commit or "")
    seconds = time.monotonic() - began
    _write_next(folder, best, seconds)
    return Exit.DONE, {"root": str(repo.work_tree), "best": best, "seconds": round(seconds, 3)}


def _exp(*words: str) -> int:
    """Print a command of ours and run it; its exit code."""
    _write(f"$ {shlex.join(['exp', *words])}")
    return main(list(words))


def _commit(repo: Repo, message: str) -> int:
    _write(f"$ git add --all && git commit -m {shlex.quote(message)}")
    run_git(repo.work_tree, "add", "--all")
    run_git(repo.work_tree, "commit", "--quiet", "--no-verify", "-m", message)
    return Exit.DONE


def _write_next(folder: Path, best: str | None, seconds: float) -> None:
    _write(
        "",
        f"All that took {seconds:.0f} s; workspace and branch are as they were before the sweep. Try next:",
        f"  cd {shlex.quote(str(folder))}",
        f"  exp diff HEAD {best}    # the best of them against the baseline",
        f"  exp apply {best}        # its params, code and model into the workspace",
        "  exp run -S split.target=species",
    )


def _write(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()
