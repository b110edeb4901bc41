"""Where a build takes place: the user's workspace, or the worktree of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path

from gitexp.build.claims import Claims, FolderClaims
from gitexp.cache.memory.memo import Memo
from gitexp.cache.store import Store
from gitexp.cache.tree import Ignored
from gitexp.dataclass import dataclass
from gitexp.git.repo import Repo

Ask = Callable[[str, Callable[[], list[str]]], list[str]]


def asked_now(question: str, find: Callable[[], list[str]]) -> list[str]:
    """Where files change under us every question is asked anew."""
    return find()


@dataclass(frozen=True, slots=True)
class Site:
    """`root` is the DVC root to build in, inside the work tree of `repo`.

    In a `virtual` site (a fresh worktree) cached outs and .dvc data may be absent: what a lock or .dvc file
    names and the store holds counts as there, and is placed only when a stage needs it.
    """

    root: Path
    repo: Repo
    store: Store
    memo: Memo | None = None
    link_types: tuple[str, ...] = ("reflink", "copy")
    ignored: Ignored | None = None  # .dvcignore
    virtual: bool = False
    env: Mapping[str, str] = field(default_factory=dict)  # for stage commands: DVC_ROOT, DVC_EXP_NAME …
    log: Path | None = None  # the whole output of the build is appended here
    ask: Ask = asked_now  # for questions to Git whose answer is the same in all worktrees of one tree
    far_claims: Claims | None = None  # those of workers that share no folder; usually the repository's hold
    caller_dir: str = ""  # where the user called from, relative to the DVC root: DVC_STAGE is seen from there

    def path(self, relative: str) -> Path:
        """A root-relative path on this machine (an absolute one stays as it is)."""
        return self.root / relative

    @property
    def prefix(self) -> str:
        """The DVC root relative to the work tree: '' or 'sub/project/'."""
        relative = self.root.relative_to(self.repo.work_tree).as_posix()
        return "" if relative == "." else f"{relative}/"

    @property
    def claims(self) -> Claims:
        """What keeps equal stages apart: in all worktrees of the repository, or farther."""
        return self.far_claims or FolderClaims(self.repo.state_dir / "claims")
