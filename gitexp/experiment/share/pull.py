"""`exp pull` and `exp fetch`: experiments from a Git remote. Nothing of them is executed or checked out.

A different experiment of the same name here is never replaced unless asked for; then it is kept for undo.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from gitexp.experiment.choose import Choice, choose_here, choose_there
from gitexp.experiment.environment.share import fetch_environments
from gitexp.experiment.experiment import Experiment
from gitexp.experiment.find import list_experiments
from gitexp.experiment.kept import stamp
from gitexp.experiment.notes import pull_notes
from gitexp.experiment.operations import RefMove, move_refs, named
from gitexp.experiment.roots import has_many_roots, of_root
from gitexp.experiment.share.shared import RemoteState, Shared, read_remote
from gitexp.git.pack_refs import pack_when_many
from gitexp.git.refs import RefChange, change_refs, list_refs
from gitexp.git.repo import Repo
from gitexp.git.transport import compact, fetch
from gitexp.project import Project

_INCOMING = "refs/gitexp/incoming/"


def pull_experiments(
    project: Project, remote: str, choice: Choice, force: bool = False, prune: bool = False
) -> Shared:
    """Fetch the experiments that `choice` means there, and the remarks: two git processes for any number.

    With `prune` those go that are here, on the baselines chosen, and not there. Raises ExpError for an
    unknown name and when the remote can't be used.
    """
    repo = project.repo
    there = read_remote(repo, remote)
    here = {one.ref: one for one in list_experiments(repo)}
    shared = _compare(choose_there(project, remote, list(there.experiments.values()), choice), here)
    if shared.moved and not (choice.words or choice.whole_repo) and has_many_roots(repo):
        shared = _fetch_own(project, remote, shared)
    elif shared.moved:
        fetch(repo, remote, _refspecs(shared, there))
    if force and shared.diverged:
        shared = _replace(repo, remote, shared, here)
    pull_notes(repo, remote, there.notes)
    fetch_environments(repo, remote, there.environments, [*shared.moved, *shared.unchanged])
    shared = _prune(project, remote, choice, shared, there) if prune else shared
    pack_when_many(repo, project.settings.pack_refs)
    return shared


def _compare(chosen: Sequence[Experiment], here: Mapping[str, Experiment]) -> Shared:
    return Shared(
        moved=tuple(one for one in chosen if one.ref not in here),
        unchanged=tuple(one for one in chosen if here.get(one.ref) == one),
        diverged=tuple(one for one in chosen if one.ref in here and here[one.ref] != one),
    )


def _refspecs(shared: Shared, there: RemoteState) -> list[str]:
    """Patterns where a whole folder is wanted, or is here already; else one refspec a ref."""
    wanted = [one.ref for one in (*shared.moved, *shared.unchanged)]
    known = {f"{one.ref}:{one.ref}" for one in shared.unchanged}
    return [spec for spec in compact(wanted, there.experiments) if spec not in known]


def _fetch_own(project: Project, remote: str, shared: Shared) -> Shared:
    """In a repository of several DVC projects: only what belongs to the one you stand in gets a ref."""
    with _aside(project.repo, remote, shared.moved):
        own = tuple(of_root(project.repo, project.prefix, shared.moved))
        change_refs(project.repo, [RefChange(one.ref, new=one.commit, old=None) for one in own])
    return replace(shared, moved=own)


def _replace(repo: Repo, remote: str, shared: Shared, here: Mapping[str, Experiment]) -> Shared:
    moves = [RefMove(one.ref, here[one.ref].commit, one.commit) for one in shared.diverged]
    with _aside(repo, remote, shared.diverged):
        move_refs(repo, f"pull -f {remote} {named(shared.diverged)}", moves)
    return replace(shared, moved=(*shared.moved, *shared.diverged), diverged=())


@contextmanager
def _aside(repo: Repo, remote: str, experiments: Sequence[Experiment]) -> Iterator[None]:
    """Their commits are here while this lasts, whatever refs there are for them."""
    folder = f"{_INCOMING}{stamp()}/"
    try:
        fetch(repo, remote, [f"{one.ref}:{folder}{number}" for number, one in enumerate(experiments)])
        yield
    finally:
        change_refs(repo, [RefChange(ref.name, new=None, old=ref.oid) for ref in list_refs(repo, folder)])


def _prune(project: Project, remote: str, choice: Choice, shared: Shared, there: RemoteState) -> Shared:
    here = choose_here(project, Choice((), choice.baselines, choice.whole_repo))
    gone = [one for one in here if one.ref not in there.experiments]
    move_refs(
        project.repo,
        f"pull --prune {remote} {named(gone)}",
        [RefMove(one.ref, one.commit, None) for one in gone],
    )
    return replace(shared, removed=tuple(gone))
