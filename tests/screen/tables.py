"""Rows for tests of tables: made by hand, of any content."""

from __future__ import annotations

from collections.abc import Mapping

from gitexp.content import Hash, Value
from gitexp.experiment.record import FileValues, Group, Row, State, Values

TIME = 1_700_000_000  # 22:13 UTC on 2023-11-14


def row(
    name: str | None,
    metrics: Mapping[str, Value],
    params: Mapping[str, Value],
    rev: str = "",
    state: State = State.SUCCESS,
    remark: str | None = None,
) -> Row:
    """A row of the files m.json and params.yaml; `rev` is made of the name unless given."""
    values = Values(
        params={"params.yaml": FileValues(dict(params))},
        metrics={"m.json": FileValues(dict(metrics))},
        deps={"data.csv": Hash("d41d8cd98f00b204e9800998ecf8427e", size=3)},
        timestamp=None if rev == "workspace" else TIME,
    )
    return Row(rev or (name or "").encode().hex().ljust(40, "0")[:40], name, values, state, remark=remark)


def numbered(count: int) -> list[Group]:
    """A workspace, and a baseline with so many experiments: acc = i / count, lr = i % 7, same = 1."""
    rows = tuple(
        row(f"exp-{i:05}", {"acc": i / count}, {"lr": i % 7, "same": 1}, rev=f"{i:040x}")
        for i in range(count)
    )
    values = ({"acc": 0.5}, {"lr": 1, "same": 1})
    return [Group(row(None, *values, rev="workspace")), Group(row("main", *values), rows)]
