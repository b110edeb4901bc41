"""Which experiments a command means: those named, or those of some baselines in the project you stand in."""

from __future__ import annotations

from collections.abc import Sequence

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError, near
from gitexp.experiment.baselines import Baselines, find_baselines
from gitexp.experiment.experiment import Experiment
from gitexp.experiment.find import find_among, find_experiments, list_experiments
from gitexp.experiment.roots import of_root
from gitexp.git.objects import ObjectReader
from gitexp.project import Project


@dataclass(frozen=True, slots=True)
class Choice:
    """`words` name experiments wherever they are; without any it is those of `baselines`.

    `whole_repo`: also those of other DVC projects in the repository.
    """

    words: tuple[str, ...] = ()
    baselines: Baselines = Baselines()
    whole_repo: bool = False


def choose_here(project: Project, choice: Choice) -> list[Experiment]:
    """The experiments of this repository that are meant. Raises ExpError for an unknown name or revision."""
    if choice.words:
        return find_experiments(project.repo, choice.words)
    chosen = _of_baselines(project, list_experiments(project.repo), choice.baselines)
    return chosen if choice.whole_repo else of_root(project.repo, project.prefix, chosen)


def choose_there(
    project: Project, remote: str, known: Sequence[Experiment], choice: Choice
) -> list[Experiment]:
    """Those of a Git remote's experiments that are meant. To which project they belong can't be seen there.

    Raises ExpError for a name that no experiment there has.
    """
    if not choice.words:
        return _of_baselines(project, known, choice.baselines)
    chosen = []
    for word in choice.words:
        found = find_among(project.repo, known, word)
        if found is None:
            close = near(word, sorted({one.name for one in known}))
            raise ExpError(
                f"Git remote '{remote}' has no experiment '{word}'.",
                f"did you mean {' or '.join(f'`{name}`' for name in close)}?"
                if close
                else f"`exp list -A {remote}` names those it has.",
            )
        chosen.append(found)
    return list(dict.fromkeys(chosen))


def _of_baselines(project: Project, known: Sequence[Experiment], chosen: Baselines) -> list[Experiment]:
    if chosen.everywhere:
        return list(known)
    with ObjectReader(project.repo) as reader:
        baselines = set(find_baselines(project.repo, reader, chosen))
    return [one for one in known if one.baseline in baselines]
