"""What `exp save` made, in words and as data for JSON."""

from __future__ import annotations

from gitexp.experiment.save import Saved
from gitexp.pipeline.stage import Value
from gitexp.screen.cells import one_line

_SHOWN = 5


def save_lines(saved: Saved) -> list[str]:
    """For stdout: DVC's line, then what to type next."""
    name = one_line(saved.experiment.name)
    return [f"Experiment has been saved as: {name}", "", f"Next: exp show, exp push REMOTE {name}"]


def save_warnings(saved: Saved) -> list[str]:
    """For stderr: what is not in the experiment."""
    lines = []
    if saved.left_out:
        lines.append(f"note: untracked, so not in it: {_some(saved.left_out)}")
        lines.append(f"hint: `-I {one_line(saved.left_out[0])}` takes it along.")
    if saved.not_made:
        lines.append(f"warning: no outs there, so nothing new recorded of: {_some(saved.not_made)}")
    return lines


def save_data(saved: Saved) -> Value:
    one = saved.experiment
    return {"ref": one.commit, "name": one.name, "baseline": one.baseline, "left_out": list(saved.left_out)}


def _some(names: tuple[str, ...]) -> str:
    shown = ", ".join(one_line(name) for name in names[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown
