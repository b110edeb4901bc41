"""The rows of `exp show`: the workspace, each baseline, the experiments on it with what they hold."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import TracebackType

from gitexp.dataclass import dataclass
from gitexp.experiment.baselines import Baselines, find_baselines
from gitexp.experiment.find import list_experiments
from gitexp.experiment.jobs.failed import FailedRun, failed_runs
from gitexp.experiment.notes import read_remarks
from gitexp.experiment.pipelines import option_style
from gitexp.experiment.record import Experiment, Group, Row, Values
from gitexp.experiment.roots import of_root
from gitexp.experiment.stores import open_store
from gitexp.experiment.table.collect import collect_values
from gitexp.experiment.table.commit_times import commit_times
from gitexp.experiment.table.fates import fates_of
from gitexp.experiment.table.parsed_files import ParsedFiles
from gitexp.experiment.table.row_cache import open_row_cache, row_line
from gitexp.experiment.table.row_reading import ReadLine, processes_for, read_apart
from gitexp.git.bulk_objects import MANY, BulkReader
from gitexp.git.objects import ObjectReader
from gitexp.git.refs import list_refs, names_of
from gitexp.git.tree_files import TreeFiles
from gitexp.pipeline.source import FolderFiles, visible
from gitexp.project import Project

WORKSPACE = "workspace"
BULK = 1000  # objects that are read one by one: then a process costs more than libgit2 does


@dataclass(frozen=True, slots=True)
class TableRequest:
    """Which rows; `fresh` reads everything anew and forgets what was cached of it.

    `most`: so many experiments of all baselines together are read, as they stand in the table.
    """

    baselines: Baselines = Baselines()
    workspace: bool = True
    failed: bool = True
    fresh: bool = False
    most: int | None = None


class RevisionReader:
    """What revisions of one project hold, each read once, finished ones remembered between commands."""

    def __init__(self, project: Project, fresh: bool = False) -> None:
        self._project = project
        self._fresh = fresh
        self._store = open_store(project)
        self._parsed = ParsedFiles(option_style(project.settings), str(project.root))
        self._cache = open_row_cache(project.repo, project.prefix)
        self._read_anew: set[str] = set()  # by this command, whatever was known before
        self._asked: set[str] = set()
        self.objects = ObjectReader(project.repo)

    def __enter__(self) -> RevisionReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cache.flush(self._living)
        self.objects.close()

    def expect(self, oids: Collection[str]) -> None:
        """Say which commits will be asked for: many that are new are read another way than a few."""
        self._cache.expect(oids)
        new = [oid for oid in dict.fromkeys(oids) if self._fresh or oid not in self._cache]
        processes = processes_for(len(new))
        if processes > 1:
            self._cache.put_lines(read_apart(new, processes, self._read_alone))
            self._read_anew.update(new)
        elif len(new) > MANY:
            self._read_in_bulk()

    def _living(self) -> set[str]:
        """The commits that a later command may ask for: tips of all refs, and what this one asked for."""
        return {*self._asked, *(ref.oid for ref in list_refs(self._project.repo, "refs/"))}

    def _read_in_bulk(self) -> None:
        self.objects.close()
        self.objects = BulkReader(self._project.repo)

    def _read_alone(self) -> ReadLine:
        """What a process of its own reads with."""
        self.objects = BulkReader(self._project.repo)
        return lambda oid: row_line(oid, self._read(oid))

    def ready_for(self, objects: int) -> None:
        """So many will be asked of `objects`: see bulk_objects for what is faster when."""
        if objects > BULK:
            self._read_in_bulk()

    def times(self, oids: Sequence[str]) -> dict[str, int]:
        """When commits were made, remembered between commands too; not of those that are not here."""
        return commit_times(self._project.repo, oids, self._read_times)

    def _read_times(self, oids: Sequence[str]) -> dict[str, int]:
        if len(oids) > MANY:
            self._read_in_bulk()
        places = {oid: self.objects.place(oid) for oid in oids}
        return {oid: place[1] for oid, place in places.items() if place is not None}

    def workspace(self) -> Values:
        """What the files of the workspace hold now."""
        files = FolderFiles(self._project.root, self._project.repo)
        return collect_values(files, None, self._store, self._parsed)

    def tree(self, oid: str) -> Values:
        """What a tree of the whole repository holds: a run's, before it is a commit."""
        files = TreeFiles(self.objects, oid, self._project.prefix, visible)
        return collect_values(files, None, self._store, self._parsed)

    def commit(self, oid: str) -> Values:
        """What a commit holds. A commit that is not there has an error and nothing else."""
        self._asked.add(oid)
        known = self._cache.get(oid) if not self._fresh or oid in self._read_anew else None
        if known is not None:
            return known
        self._read_anew.add(oid)
        # As the next command will have it: dates are text there, and so they are the same in both.
        return self._cache.put(oid, self._read(oid))

    def _read(self, oid: str) -> Values:
        place = self.objects.place(oid)
        if place is None:
            return Values(error=f"commit {oid[:7]} is not in this repository.")
        tree, time = place
        files = TreeFiles(self.objects, tree, self._project.prefix, visible)
        return collect_values(files, time, self._store, self._parsed)


def collect_table(project: Project, request: TableRequest) -> list[Group]:
    """The workspace first, then a group for each baseline. Raises ExpError for an unknown revision."""
    with RevisionReader(project, request.fresh) as reader:
        oids = find_baselines(project.repo, reader.objects, request.baselines)
        if not oids:
            return []
        groups = [Group(Row(WORKSPACE, None, reader.workspace()))] if request.workspace else []
        names = names_of(project.repo)
        all_there = _by_baseline(of_root(project.repo, project.prefix, list_experiments(project.repo, oids)))
        experiments = _first(reader, oids, all_there, request.most)
        failed = failed_runs(project.repo, reader.objects, oids) if request.failed else []
        reader.expect([*oids, *(one.commit for found in experiments.values() for one in found)])
        fates = fates_of(project.repo, oids, names) if request.baselines.everywhere else {}
        remarks = read_remarks(project.repo)
        for oid in oids:
            rows = [_row(reader, one, remarks) for one in experiments.get(oid, ())]
            lost = [_failed_row(reader, one) for one in failed if one.kept.baseline == oid]
            head = Row(oid, names.get(oid), reader.commit(oid), fate=fates.get(oid))
            more = len(all_there.get(oid, ())) - len(rows)
            groups.append(Group(head, (*_newest_first(rows), *_newest_first(lost)), more))
        return groups


def _first(
    reader: RevisionReader, oids: Sequence[str], all_there: Mapping[str, list[Experiment]], most: int | None
) -> Mapping[str, list[Experiment]]:
    """The first experiments of all baselines together, the newest of each first."""
    if most is None or sum(map(len, all_there.values())) <= most:
        return all_there
    times = reader.times([one.commit for found in all_there.values() for one in found])
    first, room = {}, most
    for oid in oids:
        known = all_there.get(oid, [])
        newest = sorted(known, key=lambda one: (times.get(one.commit, 0), one.commit), reverse=True)
        first[oid] = newest[:room]
        room -= len(first[oid])
    return first


def _row(reader: RevisionReader, experiment: Experiment, remarks: Mapping[str, str]) -> Row:
    values = reader.commit(experiment.commit)
    remark = remarks.get(experiment.commit)
    return Row(
        experiment.commit, experiment.name, values, error=values.error, remark=remark and remark.strip()
    )


def _failed_row(reader: RevisionReader, failed: FailedRun) -> Row:
    values = reader.commit(failed.kept.commit)
    return Row(failed.kept.commit, failed.name, values, failed.state, failed.ending.why)


def _newest_first(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (row.values.timestamp or 0, row.rev), reverse=True)


def _by_baseline(experiments: Iterable[Experiment]) -> dict[str, list[Experiment]]:
    found: dict[str, list[Experiment]] = {}
    for experiment in experiments:
        found.setdefault(experiment.baseline, []).append(experiment)
    return found
