"""`exp add`: files and folders go into the cache, a .dvc file beside each says which content it is."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from gitexp.atomic import write_atomic
from gitexp.build.dvc_lock import dvc_lock
from gitexp.build.site import Site
from gitexp.build.versioned import ignore_outs
from gitexp.cache.entries import restrict
from gitexp.cache.relink import save_and_report
from gitexp.cache.store import Saved
from gitexp.cache.tree import DirListing, hash_path
from gitexp.content import Hash
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.data.workspace_site import open_workspace_site
from gitexp.experiment.data_paths import outs_below, owner_of, root_relative
from gitexp.experiment.pipelines import ReadPipeline, read_pipeline
from gitexp.git.command import run_git
from gitexp.pipeline.dotdvc import dvc_file_of, read_dvc_file, write_dvc_file
from gitexp.pipeline.lock import LockedPath, LockEntry
from gitexp.pipeline.paths import is_manifest
from gitexp.pipeline.source import FolderFiles
from gitexp.project import Project


@dataclass(frozen=True, slots=True)
class Added:
    """One path that is tracked now. Paths are relative to the DVC root."""

    path: str
    file: str  # the .dvc file
    hash: Hash
    changed: bool  # whether the .dvc file is new or says something else than before
    links: tuple[str, ...] = ()  # linked folders inside, which are not part of it


@dataclass(frozen=True, slots=True)
class AddResult:
    """`written`: the .dvc and .gitignore files for Git to keep, root-relative. `staged`: Git has them."""

    added: tuple[Added, ...]
    written: tuple[str, ...]
    staged: bool


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be tracked."""

    path: str
    tracked: str  # the out it belongs to: itself, or a tracked folder around it
    file: str


def add_data(project: Project, words: Sequence[str], commit: bool = True, relink: bool = True) -> AddResult:
    """Track paths as data. A path inside a tracked folder updates that folder's .dvc file.

    Without `commit` nothing enters the cache, without `relink` files are copied there and stay what they
    are. Raises ExpError before anything is written for a path that can't be tracked.
    """
    read = read_pipeline(project, FolderFiles(project.root, project.repo))
    # The lock also keeps `gc` away: an object that was there already is named by nothing before the end.
    with dvc_lock(project.root), open_workspace_site(project) as (site, _):
        paths = dict.fromkeys(root_relative(project, word) for word in words)
        for path in paths:
            _check_path(site, path)
        targets = [target_of(read, path) for path in paths]
        _refuse_nested([target.path for target in targets])
        refuse_tracked_by_git(site, paths)
        added = [_add(site, target, commit, relink) for target in targets]
        return finish(project, site, added)


def finish(project: Project, site: Site, added: Sequence[Added]) -> AddResult:
    """Keep the data itself out of Git, and tell Git of the .dvc files where `core.autostage` wants that."""
    written = (*(one.file for one in added), *_ignore(site, added))
    if project.settings.autostage:
        run_git(project.root, "add", "--", *written)
    return AddResult(tuple(added), written, project.settings.autostage)


def merged(results: Sequence[AddResult]) -> AddResult:
    """Several as one."""
    added = tuple(one for result in results for one in result.added)
    written = dict.fromkeys(path for result in results for path in result.written)
    return AddResult(added, tuple(written), all(result.staged for result in results))


def target_of(read: ReadPipeline, path: str) -> Target:
    """Raises ExpError for what a stage makes, and for what has tracked data inside."""
    owner = owner_of(read.graph, path)
    if owner is not None:
        tracked, address = owner
        stage = read.graph.stages[address]
        if not stage.is_data:
            raise ExpError(
                f"'{path}' is made by stage '{address}', so it can't be added.",
                f"to record it as it is now: `exp commit {address}`.",
            )
        return Target(path, tracked, stage.file)
    inner = outs_below(read.graph, path)
    if inner:
        raise ExpError(
            f"'{path}' has '{inner[0]}' inside, which is tracked by itself.",
            "track the folder or what is in it, not both.",
        )
    return Target(path, path, dvc_file_of(path))


def _check_path(site: Site, path: str) -> None:
    place = site.path(path)
    if not place.exists():
        raise ExpError(
            f"'{path}' is a link to something that does not exist."
            if place.is_symlink()
            else f"'{path}' does not exist."
        )
    check_name(site, path)


def check_name(site: Site, path: str) -> None:
    """Raises ExpError for what can't be data whatever it holds."""
    place = site.path(path)
    if path == ".":
        raise ExpError("the project itself can't be added.", "name the files and folders in it.")
    if is_manifest(path) or path.split("/", 1)[0] in (".dvc", ".git"):
        raise ExpError(f"'{path}' is a file of DVC's or Git's own and can't be tracked as data.")
    if site.ignored is not None and site.ignored(f"{place}/" if place.is_dir() else f"{place}"):
        raise ExpError(f"'{path}' is ignored by .dvcignore.", "change .dvcignore, or name another path.")


def _refuse_nested(paths: Sequence[str]) -> None:
    for inner in paths:
        for outer in paths:
            if inner.startswith(f"{outer}/"):
                raise ExpError(
                    f"'{inner}' lies inside '{outer}', which is added too.", "name only one of them."
                )


def refuse_tracked_by_git(site: Site, paths: Collection[str]) -> None:
    """Raises ExpError."""
    known = run_git(site.root, "--literal-pathspecs", "ls-files", "-z", "--", *paths).paths
    for path in paths:
        if any(file == path or file.startswith(f"{path}/") for file in known):
            raise ExpError(
                f"'{path}' is tracked by Git; data can be tracked by one of the two only.",
                f"take it out of Git first: `git rm -r --cached {path}`, commit, then add it.",
            )


def _add(site: Site, target: Target, commit: bool, relink: bool) -> Added:
    place = site.path(target.path)
    if not commit:
        if target.path != target.tracked:
            raise ExpError(
                f"'{target.path}' is a part of '{target.tracked}': that can't be recorded by --no-commit."
            )
        return record(site, target, hash_path(place, site.memo, site.ignored) or _vanished(place))
    if relink:
        saved = save_and_report(site.store, place, site.link_types, site.memo, site.ignored)
    else:
        saved = site.store.take_in(place, site.memo, site.ignored, adopt=False)
    hash = saved.hash
    if target.path != target.tracked:
        hash = _merged(site, target, saved, _before(site, target))
    return replace(record(site, target, hash), links=saved.links)


def _vanished(place: Path) -> Hash:
    raise ExpError(f"'{place}' does not exist.")


def _before(site: Site, target: Target) -> LockEntry | None:
    """What the .dvc file says, if there is one."""
    file = site.path(target.file)
    return read_dvc_file(file.read_bytes(), target.file).locked if file.exists() else None


def record(site: Site, target: Target, hash: Hash) -> Added:
    """Let the .dvc file say that the target has this content."""
    file = site.path(target.file)
    old = file.read_bytes() if file.exists() else None
    before = _before(site, target)
    new = write_dvc_file(old, _entry(before, posixpath.basename(target.tracked), hash), target.file)
    if new != old:
        write_atomic(file, new)
    return Added(target.path, target.file, hash, new != old)


def _entry(before: LockEntry | None, name: str, hash: Hash) -> LockEntry:
    """What the .dvc file says of `name`; of all else it says what it said."""
    if before is None or not before.outs:
        return LockEntry(None, outs=(LockedPath(name, hash),))
    outs = [out.rehashed(hash) if len(before.outs) == 1 or out.path == name else out for out in before.outs]
    return replace(before, outs=tuple(outs))


def _merged(site: Site, target: Target, saved: Saved, before: LockEntry | None) -> Hash:
    """The tracked folder as recorded, with what is at `target.path` now in place of what was."""
    recorded = before.outs[0].hash if before is not None and before.outs else None
    entries = site.store.read_dir(recorded) if recorded is not None else None
    if entries is None or recorded is None:
        raise ExpError(
            f"'{target.tracked}' has no listing in the cache, so '{target.path}' can't be put into it.",
            f"fetch it (`exp data fetch {target.tracked}`), or add all of it: `exp add {target.tracked}`.",
        )
    inside = target.path[len(target.tracked) + 1 :]
    replaced = restrict(entries, inside)
    kept = {relpath: md5 for relpath, md5 in entries.items() if relpath not in replaced}
    kept.update(_entries_below(saved, inside))
    sizes = (os.stat(site.store.object_file(md5, recorded.algorithm)).st_size for md5 in kept.values())
    return site.store.put_dir(DirListing(kept, sum(sizes)))


def _entries_below(saved: Saved, inside: str) -> Mapping[str, str]:
    if not saved.hash.is_dir:
        return {inside: saved.hash.value}
    return {f"{inside}/{relpath}": md5 for relpath, md5 in saved.entries.items()}


def _ignore(site: Site, added: Sequence[Added]) -> tuple[str, ...]:
    """Keep the data itself out of Git; the .gitignore files that were written."""
    stages = []
    for one in added:
        text = Path(site.path(one.file)).read_bytes()
        stages.append(read_dvc_file(text, one.file).stage)
    folders = {out.path for stage in stages for out in stage.outs if site.path(out.path).is_dir()}
    return ignore_outs(site, stages, folders)
