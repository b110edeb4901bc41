"""Entries leave for machines that share nothing: what can't travel is refused, what they need is sent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from gitexp.cache.traffic import Progress, unwatched
from gitexp.errors import ExpError
from gitexp.experiment.data.commit_scope import CommitScope
from gitexp.experiment.data.share import SharedData, ShareRequest, push_data
from gitexp.experiment.run.carry import find_included
from gitexp.git.objects import ObjectReader
from gitexp.project import Project, find_project
from gitexp.project.remotes import choose_remote
from gitexp.queue.far.parcel import Waybill, send_parcel
from gitexp.queue.job import QueuedJob

_SCHEME = re.compile(r"\w+://")


def depart(project: Project, entries: Sequence[QueuedJob], progress: Progress = unwatched) -> list[Waybill]:
    """Send the data that entries begin from to the data remote, and the entries to the Git remote.

    Raises ExpError for an entry that can't be run elsewhere, and for a remote that can't be reached.
    """
    for entry in entries:
        _require_portable(entry)
    places = {entry.prefix: find_project(project.repo.work_tree / entry.prefix) for entry in entries}
    for prefix, place in places.items():
        trees = sorted({entry.snapshot for entry in entries if entry.prefix == prefix})
        _require_remote(place, trees)
        _send_data(place, trees, progress)
    return send_parcel(project.repo, project.settings.exp_git_remote, entries)


def _require_portable(entry: QueuedJob) -> None:
    if entry.request.copy_paths:
        raise ExpError(
            f"'{entry.name}' needs `-C {entry.request.copy_paths[0]}`, which only this machine has.",
            "`exp add` makes it data that travels; or run it here.",
        )


def left_at_home(project: Project) -> tuple[str, ...]:
    """Files of .worktreeinclude, which runs here have: a Git remote is no place for what Git ignores."""
    return find_included(project.repo)


def _require_remote(project: Project, snapshots: Sequence[str]) -> None:
    """The data remote must be one that another machine finds: in what is committed, no folder beside."""
    if not project.settings.remotes:
        return
    chosen = choose_remote(project.settings)
    with ObjectReader(project.repo) as reader:
        for snapshot in snapshots:
            path = f"{project.prefix}/.dvc/config" if project.prefix else ".dvc/config"
            text = reader.read(f"{snapshot}:{path}") or b""
            url = _url_in(text.decode("utf-8", "replace"), chosen.name)
            if url is None:
                raise ExpError(
                    f"the data remote '{chosen.name}' is only in a config that does not travel.",
                    "put its url into .dvc/config; credentials stay with each machine.",
                )
            if not _SCHEME.match(url) and not Path(url).is_absolute():
                raise ExpError(
                    f"the data remote '{chosen.name}' is a folder beside this project: {url}.",
                    "workers elsewhere need a remote that they can reach, s3://… or an absolute path.",
                )


def _url_in(config: str, name: str) -> str | None:
    """The url of a remote as a committed config writes it."""
    head = rf"""^\s*\[\s*'?remote "{re.escape(name)}"'?\s*\]\s*$"""
    section = re.search(rf"(?ims){head}(.*?)(?=^\s*\[|\Z)", config)
    found = re.search(r"(?im)^\s*url\s*=\s*(\S.*?)\s*$", section[1]) if section else None
    return found[1].strip("'\"") if found else None


def _send_data(project: Project, snapshots: Sequence[str], progress: Progress) -> SharedData | None:
    """What is not here can't be sent; should a stage need it, its worker says so."""
    if not project.settings.remotes:
        return None
    return push_data(project, ShareRequest(scope=CommitScope(commits=tuple(snapshots))), progress)
