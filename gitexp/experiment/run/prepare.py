"""From a request to attempts: check names, find the baseline, take the snapshot, expand the sweep."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from gitexp.build.events import Warned
from gitexp.dataclass import dataclass
from gitexp.errors import Exit, ExpError
from gitexp.experiment.experiment import Experiment
from gitexp.experiment.find import names_on
from gitexp.experiment.names import check_name, random_name, sweep_names
from gitexp.experiment.request import Attempt, RunRequest
from gitexp.experiment.run.done_already import done_already
from gitexp.experiment.run.foresee import Foreseen, foresee
from gitexp.experiment.run.points import Point, is_many, points_of
from gitexp.git.rehearsal import rehearse
from gitexp.git.repo import author, require_baseline
from gitexp.git.snapshot import Snapshot, take_snapshot
from gitexp.project import Project


@dataclass(frozen=True, slots=True)
class Prepared:
    """The attempts of one command: all start from the same snapshot of the workspace.

    `skipped`: how many points of a sweep are experiments already. `foreseen`: what the first attempt will
    see, where that was looked at.
    """

    baseline: str
    snapshot: Snapshot
    attempts: tuple[Attempt, ...]
    skipped: int = 0
    foreseen: Foreseen | None = None


def prepare(
    project: Project,
    request: RunRequest,
    spoken_for: Mapping[str, Collection[str]] | None = None,
    look_ahead: bool = False,
) -> Prepared:
    """Everything that can be known to go wrong is checked before the workspace is read.

    `spoken_for` are names that no experiment has yet but that will be used, by baseline: those in the queue.
    `look_ahead`: also read the pipeline, as a sweep always does: what is wrong in it would fail every run.
    Raises ExpError: bad name, name taken, no commit yet, a merge in progress, no author, bad override.
    """
    if request.name is not None:
        check_name(request.name)
    baseline = require_baseline(project.repo)
    author(project.repo)
    points = points_of(request.overrides, request.sweep)
    taken = {*names_on(project.repo, baseline), *(spoken_for or {}).get(baseline, ())}
    many = is_many(request.overrides, request.sweep)
    foreseen = foresee(project, request, points[0].overrides) if many or look_ahead else None
    snapshot = take_snapshot(project.repo, project.settings.snapshot_max_size)
    done: frozenset[Point] = frozenset()
    if many and foreseen is not None and not request.force:
        done = done_already(project, foreseen, baseline, snapshot.tree, points)
    names = _names(request, len(points), taken)
    named = [(name, point) for name, point in zip(names, points, strict=True) if point not in done]
    _require_free(request, [name for name, _ in named], taken)
    if named:
        rehearse(project.repo, snapshot.tree, baseline, Experiment(named[0][0], "", baseline).ref)
    chosen = request.name is not None
    attempts = tuple(
        Attempt(name, baseline, snapshot.tree, point.overrides, chosen, group=point.group)
        for name, point in named
    )
    return Prepared(baseline, snapshot, attempts, len(done), foreseen)


def _names(request: RunRequest, count: int, taken: Collection[str]) -> tuple[str, ...]:
    if request.name is None:
        return _made_up(count, taken)
    return (request.name,) if count == 1 else sweep_names(request.name, count)


def _require_free(request: RunRequest, names: Sequence[str], taken: Collection[str]) -> None:
    clashes = [name for name in names if name in taken]
    if clashes and not request.force:
        raise name_taken(clashes[0])


def _made_up(count: int, taken: Collection[str]) -> tuple[str, ...]:
    used, names = set(taken), []
    for _ in range(count):
        names.append(random_name(used))
        used.add(names[-1])
    return tuple(names)


def name_taken(name: str) -> ExpError:
    """The error for a name that an experiment of this baseline has."""
    return ExpError(
        f"there is an experiment '{name}' on this commit already.",
        f"choose another name, or `exp run -f -n {name} …` to run all stages again and replace it.",
        Exit.FAILED,
    )


def warnings_before(prepared: Prepared) -> list[Warned]:
    """What the user should know before it begins: what the snapshot leaves out, what is done already."""
    done = prepared.skipped
    skipped = Warned(
        f"{done} of {done + len(prepared.attempts)} combinations are experiments of this commit already.",
        "`-f` runs them again.",
    )
    return [*warnings_of(prepared.snapshot), *([skipped] if done else [])]


def warnings_of(snapshot: Snapshot) -> list[Warned]:
    """What the user should know about a snapshot: what of the workspace it leaves out, and what helps."""
    nested = [path for path in snapshot.left_out if path.endswith("/")]
    big = [path for path in snapshot.left_out if not path.endswith("/")]
    warnings = []
    if big:
        warnings.append(
            Warned(
                f"too big for a commit, so the run does not see: {_some(big)}",
                f"`exp add {big[0]}` to track it as data, a line in .gitignore if no run needs it, "
                f"or `-C {big[0]}` to copy it into this run.",
            )
        )
    if nested:
        warnings.append(
            Warned(
                f"a Git repository of its own, so the run does not see: {_some(nested)}",
                f"make it a submodule, or `-C {nested[0]}` to copy it into this run; "
                "a line in .gitignore if no run needs it.",
            )
        )
    return warnings


def _some(paths: Sequence[str]) -> str:
    """The first five."""
    more = len(paths) - 5
    return f"{', '.join(paths[:5])} and {more} more" if more > 0 else ", ".join(paths)
