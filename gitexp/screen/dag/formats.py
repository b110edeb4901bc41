"""A DAG as Graphviz DOT, as Mermaid, or as a plain list when it is too big for a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gitexp.screen.cells import one_line
from gitexp.screen.dag.drawing import components
from gitexp.screen.text_table import align


def to_dot(nodes: Sequence[str], parents: Mapping[str, Sequence[str]]) -> str:
    """Nodes, then edges from producer to consumer."""
    lines = ["strict digraph {", *(f"{_quoted(node)};" for node in nodes)]
    for node in nodes:
        lines += [f"{_quoted(parent)} -> {_quoted(node)};" for parent in parents.get(node, ())]
    return "\n".join([*lines, "}", ""])


def _quoted(label: str) -> str:
    return '"' + label.replace("\\", "\\\\").replace('"', '\\"') + '"'


def to_mermaid(nodes: Sequence[str], parents: Mapping[str, Sequence[str]]) -> str:
    """A flowchart; each component's nodes and edges sorted, so that reports differ only where DAGs do."""
    lines = ["flowchart TD"]
    count = 0
    for part in components(nodes, parents):
        ids: dict[str, str] = {}
        for node in sorted(part):
            count += 1
            ids[node] = f"node{count}"
            lines.append(f'\t{ids[node]}["{_mermaid_label(node)}"]')
        edges = sorted((parent, node) for node in part for parent in parents.get(node, ()))
        lines += [f"\t{ids[parent]}-->{ids[node]}" for parent, node in edges]
    return "\n".join(lines)


def _mermaid_label(label: str) -> str:
    return label.replace('"', "#quot;")


def to_markdown(nodes: Sequence[str], parents: Mapping[str, Sequence[str]]) -> str:
    """The flowchart in the fence that Git hosts render."""
    return f"```mermaid\n{to_mermaid(nodes, parents)}\n```"


def to_list(nodes: Sequence[str], parents: Mapping[str, Sequence[str]]) -> list[str]:
    """One node a line, with what it needs: for what no picture can show."""
    rows = [(one_line(node), _needs(parents.get(node, ()))) for node in nodes]
    return align(rows)


def _needs(parents: Sequence[str]) -> str:
    return f"<- {', '.join(one_line(parent) for parent in parents)}" if parents else ""
