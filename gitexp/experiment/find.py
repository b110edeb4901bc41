"""Which experiment, or which revision, a word of the user means (formats.md 8.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gitexp.errors import ExpError, near
from gitexp.experiment.experiment import Experiment
from gitexp.experiment.kept import FAILED, Kept, list_kept
from gitexp.git.refs import Ref, list_refs, resolve
from gitexp.git.repo import Repo, read_head

EXPERIMENTS = "refs/exps/"

# DVC keeps refs of its own beside the experiments (stash, celery/, exec/, apply/, temp/): not hexadecimal.
_REF = re.compile(r"refs/exps/([0-9a-f]{2})/([0-9a-f]{38}(?:[0-9a-f]{24})?)/([^/]+)")
_SHA = re.compile(r"[0-9a-f]{4,64}")


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit that the user named; `experiment` is set when it is the tip of an experiment."""

    commit: str
    experiment: Experiment | None = None


def list_experiments(repo: Repo, baselines: Iterable[str] | None = None) -> list[Experiment]:
    """The experiments of these baselines (full commit ids), or all; by baseline, then by name."""
    if baselines is None:
        return _experiments(list_refs(repo, EXPERIMENTS))
    folders = [f"{EXPERIMENTS}{base[:2]}/{base[2:]}/" for base in dict.fromkeys(baselines)]
    return [found for folder in folders for found in _experiments(list_refs(repo, folder))]


def names_on(repo: Repo, baseline: str) -> set[str]:
    """The names that are taken on a baseline."""
    return {found.name for found in list_experiments(repo, [baseline])}


def experiment_of_ref(ref: Ref) -> Experiment | None:
    match = _REF.fullmatch(ref.name)
    return Experiment(match[3], ref.oid, match[1] + match[2]) if match else None


def find_experiment(repo: Repo, word: str) -> Experiment:
    """The experiment called `word`: its full ref, its name (on HEAD's baseline before others) or its commit.

    Raises ExpError when there is none (naming the near ones) or when several baselines have the name.
    """
    return find_experiments(repo, [word])[0]


def find_experiments(repo: Repo, words: Sequence[str]) -> list[Experiment]:
    """`find_experiment` for several words, each found once; the first unknown one is raised."""
    known = list_experiments(repo) if words else []
    return list(dict.fromkeys(_required(find_among(repo, known, word), word, known) for word in words))


def find_among(repo: Repo, known: Sequence[Experiment], word: str) -> Experiment | None:
    """Which of `known` (here, or on a remote) `word` means, as `find_experiment` decides; None if none."""
    return _by_ref(known, word) or _by_name(repo, known, word) or _by_commit(known, word)


def _required(found: Experiment | None, word: str, known: Sequence[Experiment]) -> Experiment:
    if found is None:
        raise unknown_experiment(word, known)
    return found


def resolve_rev(repo: Repo, word: str) -> Revision:
    """The commit `word` means: any Git revision first (id, branch, tag, ref), then an experiment's name, then
    the name of a run that failed.

    Raises ExpError as `find_experiment` does.
    """
    commit = resolve(repo, word)
    if commit is None:
        return _named_revision(repo, word)
    tips = [found for found in list_experiments(repo) if found.commit == commit]
    named = [found for found in tips if word in (found.name, found.ref)]
    return Revision(commit, next(iter([*named, *tips]), None))


def _named_revision(repo: Repo, word: str) -> Revision:
    known = list_experiments(repo)
    experiment = find_among(repo, known, word)
    if experiment is not None:
        return Revision(experiment.commit, experiment)
    failed = find_failed(repo, word)
    if failed is None:
        raise unknown_experiment(word, known)
    return Revision(failed.commit)


def find_failed(repo: Repo, name: str) -> Kept | None:
    """The last failed or interrupted run of that name, of HEAD's baseline before others."""
    found = [kept for kept in list_kept(repo, FAILED) if kept.name == name]
    head = read_head(repo).commit
    return next(reversed([kept for kept in found if kept.baseline == head] or found), None)


def unknown_experiment(word: str, known: Sequence[Experiment]) -> ExpError:
    """The error for a name that no experiment has."""
    close = near(word, sorted({found.name for found in known}))
    if close:
        hint = f"did you mean {' or '.join(f'`{name}`' for name in close)}?"
    elif known:
        hint = "`exp list -A` names the experiments of every baseline."
    else:
        hint = "there is no experiment yet: `exp run` makes one."
    return ExpError(f"'{word}' is neither an experiment nor a Git revision.", hint)


def _experiments(refs: Sequence[Ref]) -> list[Experiment]:
    return [found for found in map(experiment_of_ref, refs) if found is not None]


def _by_ref(known: Sequence[Experiment], word: str) -> Experiment | None:
    wanted = word if word.startswith("refs/") else f"refs/{word}"
    return next((found for found in known if found.ref == wanted), None)


def _by_name(repo: Repo, known: Sequence[Experiment], word: str) -> Experiment | None:
    named = [found for found in known if found.name == word]
    if len(named) < 2:
        return named[0] if named else None
    head = read_head(repo).commit
    here = [found for found in named if found.baseline == head]
    if here:
        return here[0]
    places = "\n".join(f"  {found.commit[:7]} on baseline {found.baseline[:7]}" for found in named)
    raise ExpError(
        f"'{word}' is ambiguous: {len(named)} baselines have an experiment of that name.\n{places}",
        f"name it by its commit, like `{named[0].commit[:7]}`.",
    )


def _by_commit(known: Sequence[Experiment], word: str) -> Experiment | None:
    if not _SHA.fullmatch(word):
        return None
    found = [experiment for experiment in known if experiment.commit.startswith(word)]
    if len({experiment.commit for experiment in found}) > 1:
        raise ExpError(f"'{word}' is ambiguous: several experiments' commits begin so.", "type more of it.")
    return found[0] if found else None
