"""Fill the submodules of a worktree from the user's own checkouts of them: no network, no clone.

Each becomes a linked worktree of the submodule's repository, as real a checkout as the one around it.
A submodule that the user has not checked out stays an empty folder, as in any fresh clone.
"""

from __future__ import annotations

from pathlib import Path

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.git.command import run_git
from gitexp.git.pool_clean import remove_tree
from gitexp.git.repo import Repo, find_repo

_QUIET = ("-c", "core.hooksPath=/dev/null", "-c", "submodule.recurse=false")


@dataclass(frozen=True, slots=True)
class Link:
    """A submodule of an index: where it is, and the commit it should be at."""

    path: str
    commit: str


def links_in_index(checkout: Path) -> list[Link]:
    """The submodules in a checkout's index."""
    return _links(run_git(checkout, "ls-files", "-z", "--stage").paths)


def links_in_tree(repo: Repo, tree: str) -> list[Link]:
    """The submodules in a tree."""
    return _links(run_git(repo.work_tree, "ls-tree", "-r", "-z", tree).paths)


def _links(entries: list[str]) -> list[Link]:
    """From '160000 <id> 0 TAB path' of ls-files or '160000 commit <id> TAB path' of ls-tree."""
    pairs = (entry.partition("\t") for entry in entries if entry.startswith("160000 "))
    return [Link(path, max(info.split(" "), key=len)) for info, _, path in pairs]


def fill(source: Path, target: Path, links: list[Link]) -> None:
    """Check out each submodule of `target` at its commit, from its checkout in `source`; nested ones too.

    Raises ExpError when the user's checkout does not have the commit.
    """
    for link in links:
        ours, theirs = target / link.path, source / link.path
        if not (theirs / ".git").exists():
            remove_tree(ours)
            ours.mkdir(parents=True)
            continue
        _check_out(theirs, ours, link)
        if (ours / ".gitmodules").is_file():
            fill(theirs, ours, links_in_index(ours))


def _check_out(theirs: Path, ours: Path, link: Link) -> None:
    if _is_checkout_of(theirs, ours):
        done = run_git(ours, *_QUIET, "checkout", "--quiet", "--force", "--detach", link.commit, check=False)
        if done.code == 0:
            run_git(ours, *_QUIET, "clean", "-ffdxq")
            return
    else:
        remove_tree(ours)
        # Forced twice: the place may be known, and locked, from a checkout that is gone.
        add = (
            "worktree",
            "add",
            "--quiet",
            "--force",
            "--force",
            "--lock",
            "--detach",
            str(ours),
            link.commit,
        )
        done = run_git(theirs, *_QUIET, *add, check=False)
        if done.code == 0:
            return
    raise ExpError(
        f"submodule {link.path} can't be checked out at {link.commit[:7]}: {done.complaint}",
        f"`git submodule update --init {link.path}`.",
    )


def _is_checkout_of(theirs: Path, ours: Path) -> bool:
    """Whether `ours` is a linked worktree of their repository; a stage may have made anything else of it."""
    if not (ours / ".git").is_file():
        return False
    try:
        return find_repo(ours).common_dir == find_repo(theirs).common_dir
    except ExpError:
        return False
