"""What `exp log` asks Git itself: times in words, which commits change a path, patches, distances."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gitexp.errors import Exit, ExpError
from gitexp.experiment.experiment import Experiment
from gitexp.git.command import run_git
from gitexp.project import Project


def seconds_of(project: Project, words: str) -> int:
    """'2 days ago', '2026-11-01', 'yesterday' in seconds since the epoch. Raises ExpError for no time."""
    asked = run_git(project.repo.work_tree, "rev-parse", f"--since={words}").text
    seconds = asked.removeprefix("--max-age=")
    # Git takes what it can't read for now; a time has at least a digit or one of these words.
    known = ("yesterday", "today", "noon", "midnight", "now", "last", "ago")
    if not seconds.isdigit() or not (any(c.isdigit() for c in words) or set(words.split()) & set(known)):
        raise ExpError(f"'{words}' is no time.", "`2 days ago` and `2026-11-01` are.", Exit.USAGE)
    return int(seconds)


def changing(project: Project, experiments: Sequence[Experiment], paths: Sequence[str]) -> set[str]:
    """The commits of those experiments that differ from their baseline in one of the paths."""
    lines = "".join(f"{one.commit} {one.baseline}\n" for one in experiments)
    asked = run_git(
        project.cwd, "diff-tree", "--stdin", "-r", "--name-only", "--", *paths, input=lines.encode()
    )
    commits = {one.commit for one in experiments}
    return commits & set(asked.out.decode("utf-8", "replace").splitlines())


def read_patch(project: Project, experiment: Experiment, colour: bool, stat: bool = False) -> Iterable[str]:
    """The lines of `git diff`, or `git diff --stat`, from the baseline to the experiment."""
    asked = run_git(
        project.repo.work_tree,
        "diff",
        "--no-ext-diff",
        *(["--stat"] if stat else []),
        "--color=always" if colour else "--color=never",
        experiment.baseline,
        experiment.commit,
        "--",
    )
    return asked.out.decode("utf-8", "replace").splitlines()


def commits_between(project: Project, older: str, newer: str) -> int | None:
    """How many commits lead from one to the other, the newer among them; None where none do."""
    asked = run_git(project.repo.work_tree, "merge-base", "--is-ancestor", older, newer, check=False)
    if asked.code != 0:
        return None
    count = run_git(project.repo.work_tree, "rev-list", "--count", "--first-parent", f"{older}..{newer}")
    return int(count.text)
