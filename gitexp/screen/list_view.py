"""`exp list`: the names of experiments under their baselines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, TypedDict

from gitexp.experiment.experiment import Experiment
from gitexp.screen.cells import one_line


class ExperimentData(TypedDict):
    """One experiment, as commands name it that make or change one."""

    name: str
    rev: str
    baseline: str
    ref: str


class ListedExperiment(TypedDict):
    name: str
    rev: str
    ref: str


class ListedBaseline(TypedDict):
    rev: str
    name: Annotated[str | None, "branch or tag"]
    fate: Annotated[str | None, "where it went, of one that no branch reaches any more"]
    experiments: list[ListedExperiment]


class ListAnswer(TypedDict):
    """Experiments under their baselines."""

    baselines: list[ListedBaseline]
    left_out: Annotated[int, "how many more experiments there are"]


def list_lines(
    found: Mapping[str, Sequence[Experiment]], names: Mapping[str, str], fates: Mapping[str, str]
) -> list[str]:
    """Each baseline by its branch, tag or short id, and where it went; then its experiments, indented."""
    lines = []
    for baseline, experiments in found.items():
        if experiments:
            fate = f" ({one_line(fates[baseline])})" if baseline in fates else ""
            lines.append(f"{one_line(names.get(baseline, baseline[:7]))}{fate}:")
            lines += [f"\t{one.commit[:7]} [{one_line(one.name)}]" for one in experiments]
    return lines


def list_data(
    found: Mapping[str, Sequence[Experiment]],
    names: Mapping[str, str],
    fates: Mapping[str, str],
    left_out: int = 0,
) -> ListAnswer:
    baselines: list[ListedBaseline] = [
        {
            "rev": baseline,
            "name": names.get(baseline),
            "fate": fates.get(baseline),
            "experiments": [{"name": one.name, "rev": one.commit, "ref": one.ref} for one in experiments],
        }
        for baseline, experiments in found.items()
    ]
    return {"baselines": baselines, "left_out": left_out}


def experiment_data(one: Experiment) -> ExperimentData:
    return {"name": one.name, "rev": one.commit, "baseline": one.baseline, "ref": one.ref}
