"""`exp stage add`: add a stage to dvc.yaml."""

from __future__ import annotations

import os
import shlex
import sys

import typer

from gitexp.cli import main
from gitexp.errors import Exit
from gitexp.pipeline.edit.stage_add import Added, add_to_project
from gitexp.pipeline.edit.stage_spec import OutSpec, StageSpec, parse_param_options
from gitexp.pipeline.stage import OutKind
from gitexp.project import Project, find_project
from gitexp.screen.answer import lines, write_line
from gitexp.screen.pipeline_data import StageAddedLine, added_line
from gitexp.screen.run.event_shapes import BUILD_LINES, ReproducedLine
from gitexp.screen.talk import print_warning, visible

ANSWER = lines(StageAddedLine, *BUILD_LINES, ReproducedLine)


def command(
    words: list[str] = typer.Argument(None, metavar="COMMAND...", help="What the stage runs."),
    name: str = typer.Option(..., "-n", "--name", help="The stage's name."),
    force: bool = typer.Option(False, "-f", "--force", help="Replace the stage of that name."),
    deps: list[str] = typer.Option(None, "-d", "--deps", metavar="PATH", help="It reads this."),
    params: list[str] = typer.Option(
        None,
        "-p",
        "--params",
        metavar="[FILE:]KEYS",
        help="It reads these params; `FILE:` for all of a file.",
    ),
    outs: list[str] = typer.Option(None, "-o", "--outs", metavar="PATH", help="It writes this."),
    outs_no_cache: list[str] = typer.Option(
        None, "-O", "--outs-no-cache", metavar="PATH", help="It writes this, which Git keeps."
    ),
    outs_persist: list[str] = typer.Option(
        None, "--outs-persist", metavar="PATH", help="It writes this, which stays between runs."
    ),
    outs_persist_no_cache: list[str] = typer.Option(
        None, "--outs-persist-no-cache", metavar="PATH", help="Both."
    ),
    metrics: list[str] = typer.Option(None, "-m", "--metrics", metavar="PATH", help="Metrics it writes."),
    metrics_no_cache: list[str] = typer.Option(
        None, "-M", "--metrics-no-cache", metavar="PATH", help="Metrics it writes, which Git keeps."
    ),
    plots: list[str] = typer.Option(None, "--plots", metavar="PATH", help="Plot data it writes."),
    plots_no_cache: list[str] = typer.Option(
        None, "--plots-no-cache", metavar="PATH", help="Plot data it writes, which Git keeps."
    ),
    wdir: str = typer.Option(None, "-w", "--wdir", metavar="PATH", help="The folder it runs in."),
    always_changed: bool = typer.Option(False, "--always-changed", help="Run it every time."),
    desc: str = typer.Option(None, "--desc", metavar="TEXT", help="What it is for."),
    run: bool = typer.Option(False, "--run", help="Then run it."),
    json: bool = typer.Option(False, "--json", help="The stage, as JSON; with --run, events follow."),
    quiet: bool = typer.Option(False, "-q", "--quiet", help="Print nothing."),
) -> int:
    """Add a stage to dvc.yaml in this folder. Comments and layout of the rest stay."""
    options = (
        (outs_persist, OutKind.OUT, True, True),
        (outs_persist_no_cache, OutKind.OUT, False, True),
        (metrics, OutKind.METRIC, True, False),
        (metrics_no_cache, OutKind.METRIC, False, False),
        (plots, OutKind.PLOT, True, False),
        (plots_no_cache, OutKind.PLOT, False, False),
        (outs_no_cache, OutKind.OUT, False, False),
        (outs, OutKind.OUT, True, False),
    )
    spec = StageSpec(
        name,
        joined(words or []),
        wdir,
        tuple(deps or ()),
        parse_param_options(params or []),
        tuple(
            OutSpec(path, kind, cache, persist)
            for paths, kind, cache, persist in options
            for path in paths or ()
        ),
        desc,
        always_changed,
    )
    project = find_project()
    added = add_to_project(project, spec, force)
    for out in added.not_ignored:
        print_warning(f"'{out}' has no folder yet, so its .gitignore entry comes with the first run.")
    if json:
        write_line(added_line(added))
    elif not quiet:
        _report(added, project)
    if not run:
        return Exit.DONE
    return main(["repro", "--single-item", *(["--json"] if json else []), "--", name])


def joined(words: list[str]) -> str:
    """The command as one line: a single word is one already; of several, those with spaces are quoted."""
    if len(words) < 2:
        return " ".join(words)
    return " ".join(map(_quoted, words))


def _quoted(word: str) -> str:
    if not word:
        return '""'
    return f'"{word}"' if " " in word and '"' not in word else word


def _report(added: Added, project: Project) -> None:
    here = [os.path.relpath(project.root / path, project.cwd) for path in (added.manifest, *added.gitignores)]
    sys.stdout.write(visible(f"Added stage '{added.name}' in '{here[0]}'\n"))
    if not added.staged:
        command_line = shlex.join(["git", "add", *here])
        sys.stdout.write(visible(f"\nTo track the changes with git, run:\n\n\t{command_line}\n"))
