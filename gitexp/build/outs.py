"""The outs of one stage on disk: cleared before its command, recorded after it, brought back."""

from __future__ import annotations

import os

from gitexp.build.contents import Contents
from gitexp.build.locks import locked_outs
from gitexp.build.runcache import may_save
from gitexp.build.site import Site
from gitexp.cache.checkout import checkout, remove, save_and_link, unprotect
from gitexp.cache.tree import hash_path
from gitexp.content import Hash
from gitexp.errors import ExpError
from gitexp.pipeline.lock import LockEntry
from gitexp.pipeline.stage import Out, Stage

# Uncached outs are the user's own files, often tracked by Git: never links into the cache.
_OWN_FILES = ("reflink", "copy")


def make_way(stage: Stage, site: Site, contents: Contents) -> None:
    """Before a run: outs go, except those that persist; wdir and the folders of outs exist.

    DVC leaves the folders to the command. A fresh worktree has fewer of them than the user's workspace:
    a folder that holds nothing but ignored files is not in Git.
    """
    site.path(stage.wdir).mkdir(parents=True, exist_ok=True)
    for out in stage.outs:
        target = site.path(out.path)
        if out.persist:
            contents.place(out.path)
            unprotect(target)
        else:
            remove(target)
        contents.on_disk(out.path)
        target.parent.mkdir(parents=True, exist_ok=True)


def missing_outs(stage: Stage, site: Site) -> list[str]:
    """The outs that are not there, root-relative."""
    return [out.path for out in stage.outs if not os.path.exists(site.path(out.path))]


def record_outs(stage: Stage, site: Site, contents: Contents, store: bool = True) -> dict[str, Hash]:
    """Hash the outs and, with `store`, put them into the store; root-relative path -> hash.

    Uncached metrics and plots are stored too where the run can be restored later. Raises ExpError.
    """
    keep_uncached = may_save(stage)
    found = {}
    for out in stage.outs:
        keep = store and (out.cache or keep_uncached)
        found[out.path] = content = _record(out, site) if keep else _hashed(out, site)
        contents.on_disk(out.path, content)
    return found


def restore_outs(stage: Stage, source: LockEntry, site: Site, contents: Contents) -> dict[str, Hash]:
    """Make the outs what `source` says; root-relative path -> hash. Raises MissingObjects, ExpError.

    In a virtual site a cached out that is not on disk stays off it until a stage needs it.
    """
    found = {}
    for out, content in locked_outs(stage, source):
        target = site.path(out.path)
        if site.virtual and out.cache and not os.path.lexists(target):
            contents.make_pending(out.path, content)
        else:
            types = site.link_types if out.cache else _OWN_FILES
            checkout(site.store, content, target, types, memo=site.memo, ignored=site.ignored)
            contents.on_disk(out.path, content)
        found[out.path] = content
    return found


def _record(out: Out, site: Site) -> Hash:
    target = site.path(out.path)
    if out.cache:
        return save_and_link(site.store, target, site.link_types, site.memo, site.ignored)
    return site.store.save(target, site.memo, site.ignored)


def _hashed(out: Out, site: Site) -> Hash:
    found = hash_path(site.path(out.path), site.memo, site.ignored)
    if found is None:
        raise ExpError(f"its out '{out.path}' vanished while it was recorded.")
    return found
