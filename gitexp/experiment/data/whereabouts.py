"""Where the data of every revision is: here, on a remote, or gone.

Revisions are the workspace, what is staged and stashed, other worktrees, branches, tags, experiments, and
those that are queued, failed or removed.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from gitexp.cache.remotes.push import ask_exists
from gitexp.cache.remotes.remote import key_of, open_remote
from gitexp.cache.store import Store
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.data.needed import Need, NeedReader
from gitexp.experiment.environment.share import ENVIRONMENTS
from gitexp.experiment.find import list_experiments
from gitexp.git.refs import list_refs
from gitexp.git.uncommitted import index_tree, list_linked, list_stashes
from gitexp.project import Project, find_project
from gitexp.project.remotes import choose_remote

WORKSPACE = "the workspace"
_OURS = "refs/gitexp/"
_BY_NAME = ("refs/heads/", "refs/tags/")


class Where(Enum):
    """Where the data of a revision is."""

    HERE = "here"
    REMOTE = "on the remote"
    GONE = "gone"
    UNKNOWN = "not in the cache; no remote was asked"


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A revision: `paths` are the outs that are not here; `error` if it can't be read.

    `remotes` are those that have what is not here.
    """

    name: str
    where: Where
    paths: tuple[str, ...] = ()
    error: str | None = None
    remotes: tuple[str, ...] = ()


def find_whereabouts(project: Project, store: Store, asked: str | None) -> list[Whereabouts]:
    """Of every revision. `asked` is the remote to ask; '': the default one and those that outs name.

    Raises ExpError for a remote that can't be asked.
    """
    found: dict[str, Whereabouts] = {}
    lacking: dict[str, list[Need]] = {}
    for name, needs in _needs_of_all(project):
        if isinstance(needs, ExpError):
            found[name] = Whereabouts(name, Where.UNKNOWN, (), needs.message)
            continue
        found[name] = Whereabouts(name, Where.HERE)
        missing = [need for need in needs if not need.imported and not store.has(need.hash)]
        if missing:
            lacking[name] = missing
    there = _Remotes(project, store, asked)
    there.ask([need for needs in lacking.values() for need in needs])
    for name, needs in lacking.items():
        found[name] = there.place(name, needs)
    return list(found.values())


def _needs_of_all(project: Project) -> Iterator[tuple[str, list[Need] | ExpError]]:
    seen: dict[str, list[Need] | ExpError] = {}
    with NeedReader(project) as reader:
        yield WORKSPACE, _needs(reader, None)
        for name, commit in _commits(project):
            if commit not in seen:
                seen[commit] = _needs(reader, commit)
            yield name, seen[commit]
    for linked in list_linked(project.repo):
        try:
            other = find_project(linked.path / project.prefix)
        except ExpError:
            continue  # that branch has no DVC project
        with NeedReader(other) as reader:
            yield f"the worktree {linked.path}", _needs(reader, None)


def _needs(reader: NeedReader, commit: str | None) -> list[Need] | ExpError:
    try:
        return reader.workspace() if commit is None else reader.commit(commit)
    except ExpError as error:
        return error


def _commits(project: Project) -> Iterator[tuple[str, str]]:
    """Names with their commits (or trees)."""
    staged = index_tree(project.repo)
    if staged is not None:
        yield "what is staged", staged
    for name, (commit, *_) in list_stashes(project.repo):
        yield name, commit
    for prefix in _BY_NAME:
        for ref in list_refs(project.repo, prefix):
            yield ref.name.removeprefix(prefix), ref.oid
    for one in list_experiments(project.repo):
        yield one.name, one.commit
    for ref in list_refs(project.repo, _OURS):
        if not ref.name.startswith(ENVIRONMENTS):
            yield ref.name.removeprefix("refs/"), ref.oid


class _Remotes:
    """What the remotes have of what is not here."""

    def __init__(self, project: Project, store: Store, asked: str | None) -> None:
        self._project = project
        self._store = store
        self._asked = asked
        self._there: dict[str, set[str]] = {}  # remote -> hashes that it has whole

    def ask(self, needs: list[Need]) -> None:
        if self._asked is None or not needs:
            return
        own = {need.remote for need in needs if need.remote} if self._asked == "" else set()
        names = [self._asked or None, *sorted(own)]
        for name in names:
            remote = open_remote(choose_remote(self._project.settings, name))
            keys = {need.hash.value: self._keys(need) for need in needs}
            there = ask_exists(remote, sorted(set().union(*keys.values())))
            shown = choose_remote(self._project.settings, name).name
            self._there[shown] = {value for value, wanted in keys.items() if wanted <= there.keys()}

    def _keys(self, need: Need) -> set[str]:
        """What is to be there: of a directory whose list is here, what the cache lacks."""
        entries = self._store.read_dir(need.hash) if need.hash.is_dir else None
        lacking = [entries[path] for path in self._store.missing(need.hash)] if entries else [need.hash.value]
        return {key_of(value, need.hash.algorithm) for value in lacking}

    def place(self, name: str, needs: list[Need]) -> Whereabouts:
        """Where what a revision lacks is."""
        if self._asked is None:
            return Whereabouts(name, Where.UNKNOWN, tuple(need.shown for need in needs))
        values = {need.hash.value for need in needs}
        remotes = tuple(remote for remote, there in self._there.items() if values & there)
        gone = [need for need in needs if not any(need.hash.value in there for there in self._there.values())]
        where = Where.GONE if gone else Where.REMOTE
        return Whereabouts(name, where, tuple(need.shown for need in gone or needs), None, remotes)
