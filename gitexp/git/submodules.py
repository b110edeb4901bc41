"""Fill the submodules of a worktree from the user's own checkouts of them: no network, no clone.

Each becomes a linked worktree of the submodule's repository, as real a checkout as the one around it.
A submodule that the user has not checked out stays an empty folder, as in any fresh clone.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gitexp.errors import ExpError
from gitexp.git.command import run_git

_QUIET = ("-c", "core.hooksPath=/dev/null", "-c", "submodule.recurse=false")


@dataclass(frozen=True, slots=True)
class Link:
    """A submodule of an index: where it is, and the commit it should be at."""

    path: str
    commit: str


def find_links(checkout: Path) -> list[Link]:
    """The submodules in a checkout's index."""
    listed = run_git(checkout, "ls-files", "-z", "--stage").paths
    entries = (entry.partition("\t") for entry in listed if entry.startswith("160000 "))
    return [Link(path, info.split(" ")[1]) for info, _, path in entries]


def fill(source: Path, target: Path, links: list[Link]) -> None:
    """Check out each submodule of `target` at its commit, from its checkout in `source`; nested ones too.

    Raises ExpError when the user's checkout does not have the commit.
    """
    for link in links:
        ours, theirs = target / link.path, source / link.path
        if not (theirs / ".git").exists():
            ours.mkdir(parents=True, exist_ok=True)
            continue
        _check_out(theirs, ours, link)
        if (ours / ".gitmodules").is_file():
            fill(theirs, ours, find_links(ours))


def _check_out(theirs: Path, ours: Path, link: Link) -> None:
    if _is_checkout(ours):
        done = run_git(ours, *_QUIET, "checkout", "--quiet", "--force", "--detach", link.commit, check=False)
        if done.code == 0:
            run_git(ours, *_QUIET, "clean", "-ffdxq")
            return
    else:
        ours.mkdir(parents=True, exist_ok=True)
        # Forced twice: the place may be known, and locked, from a checkout that is gone.
        add = ("worktree", "add", "--force", "--force", "--lock", "--detach", str(ours), link.commit)
        done = run_git(theirs, *_QUIET, *add, check=False)
        if done.code == 0:
            return
    raise ExpError(
        f"submodule {link.path} can't be checked out at {link.commit[:7]}: {done.complaint}",
        f"`git submodule update --init {link.path}`.",
    )


def _is_checkout(folder: Path) -> bool:
    """Whether a linked worktree is there and its repository still knows it."""
    try:
        pointer = (folder / ".git").read_text().removeprefix("gitdir:").strip()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return False
    return (Path(pointer) / "commondir").is_file()
