"""`exp add -o` and `--to-remote`: what lies elsewhere becomes data here, or goes to a remote at once."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from gitexp.build.dvc_lock import dvc_lock
from gitexp.build.site import Site
from gitexp.cache.checkout import checkout
from gitexp.cache.remotes.remote import Failure, open_remote
from gitexp.cache.remotes.send_path import send_path
from gitexp.cache.traffic import Progress, unwatched
from gitexp.cache.workspace import remove
from gitexp.content import Hash
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.data.add import (
    AddResult,
    Target,
    check_name,
    finish,
    record,
    refuse_tracked_by_git,
    target_of,
)
from gitexp.experiment.data.workspace_site import open_workspace_site
from gitexp.experiment.data_paths import root_relative
from gitexp.experiment.pipelines import read_pipeline
from gitexp.pipeline.source import FolderFiles
from gitexp.project import Project
from gitexp.project.remotes import choose_remote


@dataclass(frozen=True, slots=True)
class FromRequest:
    """What to add from where, as typed. `out` is its place in the project; a folder there takes it in.

    With `to_remote` it is sent to `remote` (the default one) and is not in the workspace afterwards.
    """

    source: str
    out: str | None = None
    force: bool = False
    to_remote: bool = False
    remote: str | None = None
    jobs: int | None = None


def add_from(project: Project, request: FromRequest, progress: Progress = unwatched) -> AddResult:
    """Track the content of a path, which stays as it is. Raises ExpError, nothing being tracked then."""
    source = Path(os.path.normpath(project.cwd / request.source))
    if "://" in request.source:
        raise ExpError(f"{request.source}: only paths can be added.", "`dvc add` takes URLs.")
    if not source.exists():
        raise ExpError(f"'{request.source}' does not exist.")
    read = read_pipeline(project, FolderFiles(project.root, project.repo))
    with dvc_lock(project.root), open_workspace_site(project) as (site, _):
        path = _place_for(project, site, request, source)
        target = target_of(read, path)
        if target.path != target.tracked:
            raise ExpError(f"'{path}' would lie inside '{target.tracked}', which is tracked as a whole.")
        refuse_tracked_by_git(site, [path])
        hash = _send(project, request, source, progress) if request.to_remote else _bring(site, source, path)
        # As DVC does: what came from elsewhere is no program here.
        added = record(site, Target(path, path, target.file), replace(hash, isexec=False))
        return finish(project, site, [added])


def _place_for(project: Project, site: Site, request: FromRequest, source: Path) -> str:
    """Where it will be, relative to the DVC root."""
    place = source if request.out is None else Path(os.path.normpath(project.cwd / request.out))
    if request.out is None and project.root not in source.parents:
        place = project.cwd / source.name
    elif request.out is not None and place.is_dir() and not (request.force and _is_tracked(place)):
        place /= source.name
    path = root_relative(project, os.fspath(place))
    check_name(site, path)
    if place != source and os.path.lexists(place) and not request.force:
        raise ExpError(f"'{path}' exists already.", "--force replaces it.")
    if place != source and (source in place.parents or place in source.parents):
        raise ExpError(f"'{path}' and '{request.source}' lie inside each other.")
    return path


def _is_tracked(place: Path) -> bool:
    return place.with_name(f"{place.name}.dvc").is_file()


def _bring(site: Site, source: Path, path: str) -> Hash:
    """Store the content and place it in the workspace."""
    hash = replace(site.store.save(source, site.memo), isexec=False)
    place = site.path(path)
    if source == place:
        return hash
    if os.path.lexists(place) and (place.is_symlink() or place.is_dir() != hash.is_dir):
        remove(place)
    checkout(site.store, hash, place, site.link_types, memo=site.memo, ignored=site.ignored)
    return hash


def _send(project: Project, request: FromRequest, source: Path, progress: Progress) -> Hash:
    remote = open_remote(choose_remote(project.settings, request.remote))
    hash, sent = send_path(source, remote, None, request.jobs, progress)
    if sent.failed:
        raise _unsent(request.source, source, sent.failed[0], len(sent.failed))
    return hash


def _unsent(word: str, source: Path, first: Failure, count: int) -> ExpError:
    more = f" ({count} files)" if count > 1 else ""
    return ExpError(
        f"'{word}' could not be sent{more}: {first.reason}",
        "what went over is there; try again for the rest.",
    )
