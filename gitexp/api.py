"""gitexp from Python and notebooks: experiments, params and metrics as records.

    import gitexp, pandas
    pandas.DataFrame(gitexp.experiments())          # a row an experiment, a column a metric or param
    gitexp.experiments(where="val.loss < 0.2", sort_by="-acc")[0]["train.lr"]
    gitexp.params("brave-otter")["train"]["lr"]

Nothing is written but the cache of rows that `exp show` keeps too, and nothing is ever run or unpickled.
Everything raises gitexp.errors.ExpError for what the user can put right: no project, an unknown revision.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from os import PathLike
from pathlib import Path
from typing import Final

from gitexp.content import Value
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.baselines import Baselines
from gitexp.experiment.find import resolve_commit
from gitexp.experiment.record import FileValues, Group, Row, State, Values
from gitexp.experiment.table.columns import NO_SUCH_FILE, Column, Kind, all_rows, cells_of, find_columns
from gitexp.experiment.table.row_choice import choose_rows, sort_keys
from gitexp.experiment.table.table import WORKSPACE, RevisionReader, TableRequest, collect_table
from gitexp.experiment.table.where import parse_where
from gitexp.project import Project, find_project
from gitexp.screen.notebook import html_table

MOST_SHOWN: Final = 60  # rows of a table in a notebook
FIXED: Final = ("name", "commit", "baseline", "created", "state")

Folder = str | PathLike[str] | None  # anywhere in the project; None: the current directory


@dataclass(frozen=True, slots=True, eq=False)
class ExperimentRecord(Mapping[str, Value]):
    """One experiment. As a mapping: its fixed fields, then each metric and param under the title that
    `exp show` gives it (the dotted key, or `file:key` where the key alone would be unclear).

    `created` is in local time; `state` is 'success', or 'failed' or 'interrupted' of a run that became none.
    """

    name: str
    commit: str
    baseline: str
    created: datetime.datetime | None
    state: str
    metrics: Mapping[str, Value] = field(repr=False)
    params: Mapping[str, Value] = field(repr=False)

    def __getitem__(self, title: str) -> Value:
        if title in FIXED:
            return getattr(self, title)
        return self.metrics[title] if title in self.metrics else self.params[title]

    def __iter__(self) -> Iterator[str]:
        yield from FIXED
        yield from self.metrics
        yield from self.params

    def __len__(self) -> int:
        return len(FIXED) + len(self.metrics) + len(self.params)


class Experiments(list[ExperimentRecord]):
    """A list of experiments. In a notebook it is shown as a table; `pandas.DataFrame` of it is one too."""

    def _repr_html_(self) -> str:
        titles = list(dict.fromkeys(title for record in self[:MOST_SHOWN] for title in record))
        shown = [title for title in titles if title not in ("commit", "baseline")]
        rows = [[record.get(title) for title in shown] for record in self[:MOST_SHOWN]]
        return html_table(shown, rows, len(self) - len(rows))


def experiments(
    path: Folder = None,
    *,
    revs: Sequence[str] = (),
    all_commits: bool = False,
    failed: bool = False,
    where: str | None = None,
    sort_by: str | Sequence[str] = (),
) -> Experiments:
    """The experiments of HEAD, of `revs`, or with `all_commits` of every commit; newest first.

    `failed` adds runs that failed or were interrupted. `where` and `sort_by` are those of `exp show`.
    """
    baselines = Baselines(tuple(revs), everywhere=all_commits)
    groups = collect_table(_project(path), TableRequest(baselines, workspace=False, failed=failed))
    columns = [column for column in find_columns(list(all_rows(groups))) if column.kind is not Kind.DEP]
    keys = sort_keys([sort_by] if isinstance(sort_by, str) else sort_by, descending=False)
    groups = choose_rows(groups, None if where is None else parse_where(where), keys)
    return Experiments(_record(group, row, columns) for group in groups for row in group.rows)


def params(rev: str | None = None, path: Folder = None) -> dict[str, Value]:
    """The params of a revision or experiment, in their nesting; of the workspace by default.

    Several params files are merged, the first that has a key wins; `param_files` keeps them apart.
    """
    return _merged(_values(rev, path).params)


def metrics(rev: str | None = None, path: Folder = None) -> dict[str, Value]:
    """The metrics of a revision or experiment, as `params` gives the params; without what no run has made."""
    files = _values(rev, path).metrics
    return _merged({file: found for file, found in files.items() if not _is_to_come(found)})


def param_files(rev: str | None = None, path: Folder = None) -> dict[str, Value]:
    """The params of a revision by file."""
    return {file: _read(file, found) for file, found in _values(rev, path).params.items()}


def metric_files(rev: str | None = None, path: Folder = None) -> dict[str, Value]:
    """The metrics of a revision by file."""
    return {file: _read(file, found) for file, found in _values(rev, path).metrics.items()}


def _project(path: Folder) -> Project:
    return find_project(None if path is None else Path(path))


def _record(group: Group, row: Row, columns: Sequence[Column]) -> ExperimentRecord:
    cells = list(zip(columns, cells_of(row, columns), strict=True))
    seconds = row.values.timestamp
    return ExperimentRecord(
        row.name or row.rev[:7],
        row.rev,
        group.head.rev,
        None if seconds is None else datetime.datetime.fromtimestamp(seconds),
        State(row.state).value,
        {column.title: found.value for column, found in cells if column.kind is Kind.METRIC},
        {column.title: found.value for column, found in cells if column.kind is Kind.PARAM},
    )


def _values(rev: str | None, path: Folder) -> Values:
    project = _project(path)
    with RevisionReader(project) as reader:
        if rev is None or rev == WORKSPACE:
            values = reader.workspace()
        else:
            values = reader.commit(resolve_commit(project.repo, rev))
    if values.error is not None:
        raise ExpError(f"{rev or WORKSPACE}: {values.error}")
    return values


def _merged(files: Mapping[str, FileValues]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for file, values in files.items():
        data = _read(file, values)
        for key, value in (data if isinstance(data, dict) else {file: data}).items():
            found.setdefault(key, value)
    return found


def _is_to_come(found: FileValues) -> bool:
    return found.error is not None and found.error[1].startswith(NO_SUCH_FILE)


def _read(file: str, values: FileValues) -> Value:
    if values.error is not None:
        raise ExpError(f"{file}: {values.error[1]}")
    return values.values
