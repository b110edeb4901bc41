"""Metrics and params files that the user names, whether the pipeline knows them or not; params of stages.

A file is read whole from each revision. A folder means every file below it. What is not there is said in its
place, as for any file of the pipeline.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from enum import Enum

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.data_paths import root_relative
from gitexp.experiment.find import resolve_commit
from gitexp.experiment.pipelines import option_style
from gitexp.experiment.record import FileValues, Values
from gitexp.experiment.scope import caller_dir
from gitexp.experiment.table.collect import metric_leaves, not_parsed, not_there, params_of_stages
from gitexp.experiment.table.parsed_files import ParsedFiles
from gitexp.experiment.table.table import WORKSPACE, RevisionReader
from gitexp.git.repo import read_head
from gitexp.git.tree_files import TreeFiles
from gitexp.pipeline.source import Files, FolderFiles, visible
from gitexp.project import Project


class What(Enum):
    METRICS = "metrics"
    PARAMS = "params"


@dataclass(frozen=True, slots=True)
class FileChoice:
    """Which files: `targets` as typed, or of the pipeline's params only those that stages depend on.

    `lenient`: of a revision whose pipeline can't be read there are none, and that is no error.
    """

    what: What
    targets: tuple[str, ...] = ()
    deps: bool = False
    lenient: bool = False


def read_chosen(project: Project, revs: Sequence[str], choice: FileChoice) -> list[dict[str, FileValues]]:
    """The chosen files of each revision ('workspace' is one), by path from where the user stands; nothing at
    all without any commit.

    Raises ExpError for an unknown revision, a pipeline that can't be read where it has to be, and a target
    outside the project.
    """
    if read_head(project.repo).commit is None and any(rev != WORKSPACE for rev in revs):
        return []
    targets = [root_relative(project, word) for word in choice.targets]
    parsed = ParsedFiles(option_style(project.settings), str(project.root))
    with RevisionReader(project) as reader:
        found = [_of_revision(project, reader, parsed, rev, choice, targets) for rev in revs]
    here = caller_dir(project)
    if not here:
        return found
    return [{posixpath.relpath(file, here): values for file, values in files.items()} for files in found]


def _of_revision(
    project: Project,
    reader: RevisionReader,
    parsed: ParsedFiles,
    rev: str,
    choice: FileChoice,
    targets: Sequence[str],
) -> dict[str, FileValues]:
    if rev == WORKSPACE:
        files: Files = FolderFiles(project.root, project.repo)
        values = reader.workspace()
    else:
        oid = resolve_commit(project.repo, rev)
        files = TreeFiles(reader.objects, oid, project.prefix, visible)
        values = reader.commit(oid)
    if targets:
        return dict(_named(files, parsed, values, choice.what, targets))
    if values.error is not None and choice.lenient:
        return {}
    if values.error is not None:
        raise ExpError(f"{rev}: {values.error}")
    if choice.deps:
        return params_of_stages(files, parsed)
    return dict(values.metrics if choice.what is What.METRICS else values.params)


def _named(
    files: Files, parsed: ParsedFiles, values: Values, what: What, targets: Sequence[str]
) -> Iterator[tuple[str, FileValues]]:
    """Of metrics that are in the cache only, what the pipeline says of them."""
    known = values.metrics if what is What.METRICS else values.params
    for target in targets:
        below = [path for path in known if path == target or path.startswith(f"{target}/")]
        there = list(_expand(files, "" if target == "." else target))
        yield from ((path, _read(files, parsed, path, what)) for path in there)
        yield from ((path, known[path]) for path in below if path not in there)
        if not (below or there):
            yield target, not_there(target)


def _expand(files: Files, path: str) -> Iterator[str]:
    kind = "dir" if path == "" else files.kind(path)
    if kind == "file":
        yield path
    elif kind == "dir":
        for name in files.listdir(path):
            if name != ".git":
                yield from _expand(files, f"{path}/{name}" if path else name)


def _read(files: Files, parsed: ParsedFiles, path: str, what: What) -> FileValues:
    try:
        values = parsed.values(path, files.read(path) or b"")
    except ExpError as error:
        return not_parsed(path, error)
    return FileValues(metric_leaves(values) if what is What.METRICS else values)
