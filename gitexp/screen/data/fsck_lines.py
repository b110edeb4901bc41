"""What `exp fsck` found, in words and as data for JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict

from gitexp.experiment.data.fsck import Damaged, FsckReport
from gitexp.experiment.data.whereabouts import Where, Whereabouts
from gitexp.screen.cells import one_line, plural, size_text

_SHOWN = 3


def fsck_lines(report: FsckReport, read: bool) -> list[str]:
    """For stdout: what was checked, then a line for each thing that is not as it should be."""
    checked = "read" if read else "found"
    lines = [
        f"{plural(report.objects, 'object')} {checked} ({size_text(report.size)}), "
        f"{plural(report.runs, 'run')} of the run cache, {plural(len(report.revisions), 'revision')}."
    ]
    lines += [line for one in report.damaged for line in _damaged(one)]
    lines += [f"damaged run: {one_line(str(path))}" for path in report.damaged_runs]
    lines += [f"{one_line(name)} is no experiment, or its commit is not here" for name in report.bad_refs]
    lines += _rwlock_lines(report)
    lines += [_elsewhere(one) for one in report.elsewhere]
    if len(lines) > 1:
        here = len(report.revisions) - len(report.elsewhere)
        lines.append(f"The data of {plural(here, 'revision')} is all here.")
    if report.trouble:
        lines.append(f"The remote could not help: {one_line(report.trouble)}")
    return lines if len(lines) > 1 else [*lines, "All is well."]


def _damaged(one: Damaged) -> list[str]:
    state = "damaged, repaired" if one.repaired else "damaged"
    return [
        f"{state}: {one_line(str(one.path))}",
        *(
            f"  {one_line(path)} is a link to it: what wrote to that file wrote into the cache"
            for path in one.written
        ),
    ]


def _rwlock_lines(report: FsckReport) -> list[str]:
    found = report.rwlock
    if found is None:
        return []
    if found.broken:
        return [f"{one_line(str(found.path))} can't be read: no `dvc` works as long as it is there"]
    return [
        f"{one_line(path)} is held by process {pid}, which is gone (DVC's lock): the next `dvc` frees it"
        for path, pid in found.left
    ]


def _elsewhere(one: Whereabouts) -> str:
    if one.error is not None:
        return f"{one_line(one.name)}: can't be read: {one_line(one.error)}"
    paths = ", ".join(one_line(path) for path in one.paths[:_SHOWN])
    more = f" and {len(one.paths) - _SHOWN} more" if len(one.paths) > _SHOWN else ""
    where = f"on {' and '.join(map(one_line, one.remotes))}" if one.where is Where.REMOTE else one.where.value
    return f"{one_line(one.name)}: {paths}{more}: {where}"


def fsck_hint(report: FsckReport) -> str | None:
    """What to do about it."""
    if any(not one.repaired for one in report.damaged) or report.damaged_runs:
        return (
            "`exp fsck --repair` takes damaged objects away, and brings them back from the workspace or the"
            " remote, where they still are."
        )
    if report.rwlock:
        return "`exp fsck --repair` frees what nobody holds any more."
    if report.bad_refs:
        return "`git update-ref -d REF` removes a ref; `exp fetch` may bring its commit."
    if any(one.where is Where.UNKNOWN for one in report.elsewhere):
        return "`exp fsck -c` asks the remote too; `exp data fetch` brings what it has."
    if any(one.where is Where.GONE for one in report.elsewhere):
        return "`exp run` or `exp retry` makes outs again; data that was added must come from where it was."
    return None


class DamagedData(TypedDict):
    path: str
    md5: str
    written: Annotated[list[str], "files through which it was written, as links lead there"]
    repaired: bool


class WhereaboutsData(TypedDict):
    revision: str
    where: Annotated[str, "here, remote, gone or unknown"]
    remotes: Annotated[list[str], "those that have what is not here"]
    paths: list[str]
    error: str | None


class FsckAnswer(TypedDict):
    """The cache, and where the data of every revision is."""

    clean: bool
    objects: int
    size: Annotated[int, "bytes"]
    damaged: list[DamagedData]
    damaged_runs: list[str]
    bad_refs: Annotated[list[str], "under refs/exps/, but no experiment, or their commit is not here"]
    rwlock: Annotated[str | None, "broken: no dvc can read its lock; left: a dvc that is gone holds paths"]
    trouble: Annotated[str | None, "what kept the remote from helping with a repair"]
    elsewhere: Annotated[list[WhereaboutsData], "revisions whose data is not all here"]
    revisions: Annotated[list[WhereaboutsData], "all of them"]


def fsck_json(report: FsckReport) -> FsckAnswer:
    return {
        "clean": report.is_clean,
        "objects": report.objects,
        "size": report.size,
        "damaged": [
            {
                "path": str(one.path),
                "md5": one.hash.value,
                "written": list(one.written),
                "repaired": one.repaired,
            }
            for one in report.damaged
        ],
        "damaged_runs": [str(path) for path in report.damaged_runs],
        "bad_refs": list(report.bad_refs),
        "rwlock": None if report.rwlock is None else "broken" if report.rwlock.broken else "left",
        "trouble": report.trouble,
        "elsewhere": [_whereabouts(one) for one in report.elsewhere],
        "revisions": [_whereabouts(one) for one in report.revisions],
    }


def _whereabouts(one: Whereabouts) -> WhereaboutsData:
    return {
        "revision": one.name,
        "where": one.where.name.lower(),
        "remotes": list(one.remotes),
        "paths": list(one.paths),
        "error": one.error,
    }
