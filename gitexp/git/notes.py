"""Git notes: text attached to commits that stay as they are."""

from __future__ import annotations

from collections.abc import Collection

from gitexp.content import encoded
from gitexp.git.command import run_git
from gitexp.git.objects import ObjectReader
from gitexp.git.repo import Repo

_THEIRS = "refs/notes/gitexp-theirs"  # Git merges notes only from refs/notes/


def read_notes(repo: Repo, ref: str, only: Collection[str] | None = None) -> dict[str, str]:
    """Commit id -> its note, of the notes ref `ref`; of the commits `only`, or of all."""
    listed = run_git(repo.work_tree, "notes", f"--ref={ref}", "list", check=False)
    pairs = [line.split(" ", 1) for line in listed.text.splitlines()] if listed.code == 0 else []
    with ObjectReader(repo) as reader:
        texts = {commit: reader.read(blob) for blob, commit in pairs if only is None or commit in only}
    return {commit: text.decode("utf-8", "replace") for commit, text in texts.items() if text is not None}


def write_note(repo: Repo, ref: str, commit: str, text: str) -> None:
    """Make `text` the note of a commit; an empty text removes the note."""
    command = ("add", "--force", "--file=-") if text else ("remove", "--ignore-missing")
    run_git(
        repo.work_tree,
        "notes",
        f"--ref={ref}",
        *command,
        commit,
        input=encoded(text),
    )


def merge_notes(repo: Repo, ref: str, theirs: str) -> None:
    """Take the notes commit `theirs` into `ref`; where both annotated a commit all lines stay."""
    run_git(repo.work_tree, "update-ref", _THEIRS, theirs)
    try:
        run_git(
            repo.work_tree, "notes", f"--ref={ref}", "merge", "--quiet", "--strategy=cat_sort_uniq", _THEIRS
        )
    finally:
        run_git(repo.work_tree, "update-ref", "-d", _THEIRS)
