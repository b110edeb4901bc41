"""What Git knows of outs: tracked ones are refused before anything runs, untracked ones get ignored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from gitexp.atomic import write_atomic
from gitexp.build.plan import Action, Plan
from gitexp.build.site import Site
from gitexp.errors import ExpError
from gitexp.git.command import run_git
from gitexp.git.ignore import is_ignored
from gitexp.pipeline.edit.gitignore import add_entries
from gitexp.pipeline.stage import Stage


def refused_outs(site: Site, plan: Plan) -> dict[str, ExpError]:
    """Stages that must not run because Git tracks what DVC would replace, found before anything runs."""
    doubtful = [
        step.stage for step in plan.steps if step.action is not Action.KEEP and step.stage.cmd is not None
    ]
    tracked = _tracked(site, doubtful)
    return {
        stage.address: ExpError(
            f"its out '{out.path}' is tracked by Git, so the cache can't own it.",
            f"`git rm --cached {tracked[out.path]}` and commit, or set `cache: false` in {stage.file}.",
        )
        for stage in doubtful
        for out in stage.outs
        if out.path in tracked
    }


def ignore_outs(site: Site, stages: Iterable[Stage], folders: set[str]) -> tuple[str, ...]:
    """Add `/name` to the .gitignore beside each cached out that Git doesn't ignore yet.

    `folders` are the outs that are directories: they may not be on disk, where Git would look.
    Returns the .gitignore files written, relative to the DVC root.
    """
    by_folder: dict[str, list[str]] = {}
    for out in _unignored(site, _cached_outs(stages), folders):
        path = PurePosixPath(out)
        by_folder.setdefault(str(path.parent), []).append(path.name)
    return tuple(_add(site.root, folder, names) for folder, names in sorted(by_folder.items()))


def _tracked(site: Site, stages: Iterable[Stage]) -> dict[str, str]:
    """Cached outs that Git tracks, by out -> one tracked file of it. One process; none without such outs."""
    outs = _cached_outs(stages)
    if not outs:
        return {}
    question = "\0".join(["tracked", *outs])
    found = site.ask(question, lambda: _ls_files(site.root, outs))
    owners = ((_owner(path, outs), path) for path in found)
    return {owner: path for owner, path in owners if owner is not None}


def _ls_files(root: Path, paths: Sequence[str]) -> list[str]:
    # The patterns are literal: an out may be called 'a[1].txt'.
    return run_git(root, "--literal-pathspecs", "ls-files", "-z", "--", *paths).paths


def _cached_outs(stages: Iterable[Stage]) -> list[str]:
    """Root-relative cached outs; those outside the root are none of this repository's business."""
    return [
        out.path
        for stage in stages
        for out in stage.outs
        if out.cache and not out.path.startswith(("/", "../"))
    ]


def _owner(path: str, outs: Sequence[str]) -> str | None:
    return next((out for out in outs if path == out or path.startswith(out + "/")), None)


def _unignored(site: Site, outs: Sequence[str], folders: set[str]) -> list[str]:
    asked = {out: f"{site.prefix}{out}{'/' if out in folders else ''}" for out in outs}
    question = "\0".join(["ignored", *asked.values()])
    ignored = site.ask(question, lambda: sorted(is_ignored(site.repo, asked.values())))
    return [out for out, path in asked.items() if path not in ignored]


def _add(root: Path, folder: str, names: list[str]) -> str:
    relative = PurePosixPath(folder, ".gitignore")
    path = root / relative
    try:
        old = path.read_bytes()
    except FileNotFoundError:
        old = b""
    # A .gitignore is bytes to Git: what is not UTF-8 in it must come back as it was.
    new = add_entries(old.decode("utf-8", "surrogateescape"), names)
    write_atomic(path, new.encode("utf-8", "surrogateescape"))
    return str(relative)
