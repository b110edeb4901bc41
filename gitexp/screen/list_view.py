"""`exp list`: the names of experiments under their baselines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gitexp.content import Value
from gitexp.experiment.experiment import Experiment
from gitexp.screen.cells import one_line


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
    found: Mapping[str, Sequence[Experiment]], names: Mapping[str, str], fates: Mapping[str, str]
) -> list[Value]:
    return [
        {
            "rev": baseline,
            "name": names.get(baseline),
            "fate": fates.get(baseline),
            "experiments": [{"name": one.name, "rev": one.commit, "ref": one.ref} for one in experiments],
        }
        for baseline, experiments in found.items()
    ]


def experiment_data(one: Experiment) -> dict[str, Value]:
    """One experiment, for commands that make or change one."""
    return {"name": one.name, "rev": one.commit, "baseline": one.baseline, "ref": one.ref}
