"""Which experiment, or which revision, a word of the user means (formats.md 8.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError, near
from gitexp.experiment.experiment import Experiment
from gitexp.experiment.kept import FAILED, Kept, list_kept
from gitexp.git.named_refs import refs_at, refs_called
from gitexp.git.objects import ObjectReader
from gitexp.git.refs import Ref, list_pairs, read_ref, resolve
from gitexp.git.repo import Repo, read_head

EXPERIMENTS = "refs/exps/"

# DVC keeps refs of its own beside the experiments (stash, celery/, exec/, apply/, temp/): not hexadecimal.
_FOLDER = re.compile(r"refs/exps/([0-9a-f]{2})/([0-9a-f]{38}(?:[0-9a-f]{24})?)")
_REF = re.compile(_FOLDER.pattern + r"/([^/]+)")
_SHA = re.compile(r"[0-9a-f]{4,64}")

_FEW = 8  # so many words are looked up one by one; for more all experiments are listed once


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit that the user named; `experiment` is set when it is the tip of an experiment."""

    commit: str
    experiment: Experiment | None = None


def list_experiments(repo: Repo, baselines: Iterable[str] | None = None) -> list[Experiment]:
    """The experiments of these baselines (full commit ids), or all; by baseline, then by name."""
    folders = [EXPERIMENTS]
    if baselines is not None:
        folders = list(map(_folder, dict.fromkeys(baselines)))
    found, of_folder = [], dict[str, str | None]()
    for full, oid in (pair for folder in folders for pair in list_pairs(repo, folder)):
        folder, _, name = full.rpartition("/")
        if folder not in of_folder:
            match = _FOLDER.fullmatch(folder)
            of_folder[folder] = match and match[1] + match[2]
        baseline = of_folder[folder]
        if baseline is not None:
            found.append(Experiment(name, oid, baseline))
    return found


def _folder(baseline: str) -> str:
    return f"{EXPERIMENTS}{baseline[:2]}/{baseline[2:]}/"


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
    if len(words) <= _FEW:
        return list(dict.fromkeys(_required(repo, word, experiment_called(repo, word)) for word in words))
    known = list_experiments(repo)
    return list(dict.fromkeys(_required(repo, word, find_among(repo, known, word)) for word in words))


def is_name(repo: Repo, word: str) -> bool:
    """Whether an experiment is called `word`."""
    return bool(_experiments(refs_called(repo, EXPERIMENTS, 2, word)))


def experiment_called(repo: Repo, word: str) -> Experiment | None:
    """What `find_experiment` finds, None if nothing: as fast among 10,000 experiments as among ten.

    Raises ExpError when several baselines have the name.
    """
    full = word if word.startswith("refs/") else f"refs/{word}"
    by_ref = _REF.fullmatch(full) is not None and "\0" not in full
    oid = read_ref(repo, full) if by_ref else None
    if oid is not None:
        return experiment_of_ref(Ref(full, oid))
    named = _experiments(refs_called(repo, EXPERIMENTS, 2, word))
    found = _by_name(repo, named, word)
    if found is not None or not _SHA.fullmatch(word):
        return found
    commit = resolve(repo, word)
    # What Git can't resolve may be short for one experiment all the same: the other object is no commit.
    return experiment_at(repo, commit) if commit else _by_commit(list_experiments(repo), word)


def experiment_at(repo: Repo, commit: str) -> Experiment | None:
    """The experiment whose tip is `commit`; the first by ref of several."""
    with ObjectReader(repo) as reader:
        found = reader.commit(commit)
    parents = found.parents if found else ()
    # Ours say their name, and the only parent is the baseline: one ref will do, or one baseline's.
    for name in re.findall(r"^Gitexp-Name: (\S+)$", found.message if found else "", re.MULTILINE):
        for one in (Experiment(name, commit, parent) for parent in parents):
            if read_ref(repo, one.ref) == commit:
                return one
    for place in (*map(_folder, parents), EXPERIMENTS):
        at = _experiments(refs_at(repo, place, commit))
        if at:
            return at[0]
    return None


def find_among(repo: Repo, known: Sequence[Experiment], word: str) -> Experiment | None:
    """Which of `known` (here, or on a remote) `word` means, as `find_experiment` decides; None if none."""
    return _by_ref(known, word) or _by_name(repo, known, word) or _by_commit(known, word)


def _required(repo: Repo, word: str, found: Experiment | None) -> Experiment:
    if found is None:
        raise unknown_experiment(word, list_experiments(repo))
    return found


def resolve_commit(repo: Repo, word: str) -> str:
    """The commit `word` means, as `resolve_rev` says, for those who don't ask what else it is."""
    return resolve(repo, word) or _named_revision(repo, word).commit


def resolve_rev(repo: Repo, word: str) -> Revision:
    """The commit `word` means: any Git revision first (id, branch, tag, ref), then an experiment's name, then
    the name of a run that failed.

    Raises ExpError as `find_experiment` does.
    """
    commit = resolve(repo, word)
    if commit is None:
        return _named_revision(repo, word)
    named = None if _SHA.fullmatch(word) or word == "HEAD" else _named_at(repo, word, commit)
    return Revision(commit, named or experiment_at(repo, commit))


def _named_at(repo: Repo, word: str, commit: str) -> Experiment | None:
    """The experiment of that ref or name, if it is at this commit: Git took the word for something else."""
    full = _experiments(refs_called(repo, EXPERIMENTS, 2, word.rpartition("/")[2]))
    return next((one for one in full if one.commit == commit and word in (one.name, one.ref)), None)


def _named_revision(repo: Repo, word: str) -> Revision:
    experiment = experiment_called(repo, word)
    if experiment is not None:
        return Revision(experiment.commit, experiment)
    failed = find_failed(repo, word)
    if failed is None:
        raise unknown_experiment(word, list_experiments(repo))
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
