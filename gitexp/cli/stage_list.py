"""`exp stage list`: list the stages."""

from __future__ import annotations

import posixpath
import sys

import typer

from gitexp.experiment.pipelines import option_style
from gitexp.pipeline.graph import Graph, build_graph
from gitexp.pipeline.load import load_pipeline
from gitexp.pipeline.select import PROJECT_FILE, find
from gitexp.pipeline.source import FolderFiles
from gitexp.pipeline.stage import Stage
from gitexp.project import find_project
from gitexp.screen.answer import one, write_answer
from gitexp.screen.stage_lines import StagesAnswer, stage_data, stage_lines
from gitexp.screen.talk import say, visible

ANSWER = one(StagesAnswer)


def command(
    targets: list[str] = typer.Argument(
        None, metavar="[TARGET]...", help="dvc.yaml and .dvc files, stages, groups; ./dvc.yaml by default."
    ),
    everything: bool = typer.Option(False, "--all", help="Every stage and .dvc file of the project."),
    recursive: bool = typer.Option(False, "-R", "--recursive", help="Targets are folders: all below them."),
    names_only: bool = typer.Option(False, "--name-only", "--names-only", help="Only the names."),
    json: bool = typer.Option(False, "--json", help="As JSON."),
) -> None:
    """List the stages with what they are about."""
    project = find_project()
    cwd_rel = posixpath.relpath(project.cwd.as_posix(), project.root.as_posix())
    files = FolderFiles(project.root, project.repo)
    graph = build_graph(load_pipeline(files, option_style(project.settings), str(project.root)))
    stages = tuple(graph.stages.values()) if everything else _chosen(graph, targets, cwd_rel, recursive)
    if json:
        write_answer({"stages": stage_data(stages, cwd_rel)})
        return
    for line in stage_lines(stages, cwd_rel, names_only):
        sys.stdout.write(visible(line) + "\n")
    if not stages:
        say("No stages. `exp stage add -n NAME COMMAND` adds one.")


def _chosen(graph: Graph, targets: list[str] | None, cwd_rel: str, recursive: bool) -> tuple[Stage, ...]:
    found: dict[str, None] = {}
    folder = "" if cwd_rel == "." else cwd_rel
    if not targets and not recursive and posixpath.join(folder, PROJECT_FILE) not in graph.pipeline.manifests:
        return ()
    for target in targets or (["."] if recursive else [PROJECT_FILE]):
        found.update(dict.fromkeys(find(graph, target, folder, recursive=recursive)))
    return tuple(graph.stages[address] for address in found)
