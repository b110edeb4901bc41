"""What `exp save` made, in words and as data for JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict

from gitexp.experiment.change.save import Saved
from gitexp.screen.cells import one_line

_SHOWN = 5


def save_lines(saved: Saved) -> list[str]:
    """For stdout: DVC's line."""
    return [f"Experiment has been saved as: {one_line(saved.experiment.name)}"]


def save_warnings(saved: Saved) -> list[str]:
    """For stderr: what is not in the experiment."""
    lines = []
    if saved.left_out:
        lines.append(f"note: untracked, so not in it: {_some(saved.left_out)}")
        lines.append(f"hint: `-I {one_line(saved.left_out[0])}` takes it along.")
    if saved.not_made:
        lines.append(f"warning: no outs there, so nothing new recorded of: {_some(saved.not_made)}")
    return lines


class SaveAnswer(TypedDict):
    """The experiment that was made."""

    name: str
    rev: str
    ref: Annotated[str, "the commit again, under the name that DVC gives it"]
    baseline: str
    untracked: Annotated[list[str], "files that are not in it"]
    not_made: Annotated[list[str], "stages without outs, recorded as they were"]


def save_data(saved: Saved) -> SaveAnswer:
    one = saved.experiment
    return {
        "name": one.name,
        "rev": one.commit,
        "ref": one.commit,
        "baseline": one.baseline,
        "untracked": list(saved.left_out),
        "not_made": list(saved.not_made),
    }


def _some(names: tuple[str, ...]) -> str:
    shown = ", ".join(one_line(name) for name in names[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown
