"""`exp dag`: draw the pipeline."""

from __future__ import annotations

import os
import posixpath
import sys
from collections.abc import Iterable

import typer

from gitexp.experiment.pipelines import read_graph
from gitexp.experiment.scope import caller_dir
from gitexp.pipeline.graph import Graph
from gitexp.pipeline.select import address_from, find
from gitexp.pipeline.source import FolderFiles
from gitexp.project import find_project
from gitexp.screen.answer import one, write_answer
from gitexp.screen.dag.drawing import ASCII, UNICODE, draw
from gitexp.screen.dag.formats import to_dot, to_list, to_markdown, to_mermaid
from gitexp.screen.dag.nodes import Dag, collapse, narrow, of_outs, of_stages, renamed
from gitexp.screen.pager import show_lines
from gitexp.screen.pipeline_data import DagAnswer, dag_data
from gitexp.screen.talk import say
from gitexp.screen.terminal import columns, has_unicode

ANSWER = one(DagAnswer)

MOST_DRAWN = 150  # nodes; a bigger picture is slow and nobody can read it


def command(
    target: str = typer.Argument(
        None, metavar="[TARGET]", help="Only this stage or output and what it needs."
    ),
    full: bool = typer.Option(False, "--full", help="With a target: everything connected with it."),
    outs: bool = typer.Option(False, "-o", "--outs", help="Outputs instead of stages."),
    dot: bool = typer.Option(False, "--dot", help="Graphviz."),
    mermaid: bool = typer.Option(False, "--mermaid", help="Mermaid."),
    md: bool = typer.Option(False, "--md", help="Mermaid in a Markdown fence."),
    collapse_groups: bool = typer.Option(
        False, "--collapse-foreach-matrix", help="All stages of a foreach or matrix as one."
    ),
    json: bool = typer.Option(False, "--json", help="The nodes and what each needs, as JSON."),
    ascii_only: bool = typer.Option(False, "--ascii", help="Draw with ASCII characters only."),
) -> None:
    """Draw the stages from top to bottom, or print the graph in another format."""
    project = find_project()
    folder = caller_dir(project)
    graph = read_graph(project, FolderFiles(project.root, project.repo))
    dag = _chosen(graph, target, folder, outs, full)
    if collapse_groups and not outs:
        groups = {
            stage.address: stage.address.replace(stage.name, stage.group)
            for stage in graph.stages.values()
            if stage.group
        }
        dag = collapse(dag, groups)
    dag = renamed(dag, _labels(graph, dag.nodes, folder))
    if json:
        write_answer(dag_data(dag.nodes, dag.parents))
    elif dot:
        sys.stdout.write(to_dot(dag.nodes, dag.parents) + "\n")
    elif mermaid or md:
        write = to_markdown if md else to_mermaid
        sys.stdout.write(write(dag.nodes, dag.parents) + "\n")
    elif len(dag.nodes) > MOST_DRAWN:
        say(f"{len(dag.nodes)} nodes are too many for a picture; `exp dag TARGET` draws what one needs.")
        show_lines(to_list(dag.nodes, dag.parents))
    else:
        pen = UNICODE if has_unicode() and not ascii_only else ASCII
        show_lines(draw(dag.nodes, dag.parents, columns(), pen), chop=True)


def _chosen(graph: Graph, target: str | None, folder: str, outs: bool, full: bool) -> Dag:
    stages = tuple(graph.stages.values())
    whole = of_outs(stages, graph.upstream) if outs else of_stages(stages, graph.upstream)
    if target is None:
        return whole
    found = find(graph, target, folder, outs=True)
    if not outs:
        return narrow(whole, found, full)
    path = posixpath.normpath(posixpath.join(folder, target))
    wanted = [out.path for address in found for out in graph.stages[address].outs]
    return narrow(whole, [path] if path in whole.nodes else wanted, full)


def _labels(graph: Graph, nodes: Iterable[str], folder: str) -> dict[str, str]:
    """How each node is called from where the user stands."""
    labels = {}
    for node in nodes:
        if node in graph.stages:
            labels[node] = address_from(graph.stages[node], folder)
        elif folder and node in graph.producers:
            labels[node] = os.path.relpath(node, folder)
    return labels
