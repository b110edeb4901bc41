"""What a push or pull of experiments did, in words and as data for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypedDict

from gitexp.errors import ExpError
from gitexp.experiment.experiment import Experiment
from gitexp.experiment.share.secrets import Suspect
from gitexp.experiment.share.shared import Shared
from gitexp.screen.cells import one_line
from gitexp.screen.data.share_answer import ShareAnswer
from gitexp.screen.list_view import ExperimentData, experiment_data

_SHOWN = 10


def exchange_lines(shared: Shared, verb: str, remote: str) -> list[str]:
    """For stdout; `verb` is 'push' or 'pull'. DVC's words (formats.md 8.9)."""
    there = f"Git remote '{one_line(remote)}'"
    lines = []
    if shared.moved:
        word, preposition = ("Pushed", "to") if verb == "push" else ("Pulled", "from")
        lines.append(f"{word} experiment {listed(shared.moved)} {preposition} {there}.")
    if shared.unchanged:
        is_are = "is" if len(shared.unchanged) == 1 else "are"
        lines.append(f"Experiment {listed(shared.unchanged)} {is_are} up to date on {there}.")
    if shared.removed:
        place = f"on {there}" if verb == "push" else "here"
        lines += [f"Removed experiment {listed(shared.removed)} {place}.", "To get back: exp undo"]
    if not (shared.moved or shared.unchanged or shared.diverged or shared.refused):
        lines.append(f"No experiments to {verb}.")
    return lines


def refused_lines(shared: Shared, verb: str, remote: str) -> list[str]:
    """For stderr: what stayed as it is on the other side, why, and what to do."""
    lines = []
    for one in shared.diverged[:_SHOWN]:
        name = one_line(one.name)
        where = f"on Git remote '{one_line(remote)}'" if verb == "push" else "here"
        lines.append(f"error: a different experiment '{name}' is {where}; it was left as it is.")
    if shared.diverged:
        name = one_line(shared.diverged[0].name)
        lines.append(f"hint: `exp rename {name} NEW-NAME` keeps both, `-f` replaces it (and can be undone).")
    for one, reason in shared.refused[:_SHOWN]:
        lines.append(f"error: '{one_line(one.name)}' was refused: {one_line(reason)}")
    more = max(0, len(shared.diverged) - _SHOWN) + max(0, len(shared.refused) - _SHOWN)
    return [*lines, f"and {more} more"] if more else lines


class RefusedData(ExperimentData):
    reason: str


class ExchangeAnswer(TypedDict):
    """What went over between two repositories."""

    moved: list[ExperimentData]
    unchanged: list[ExperimentData]
    diverged: Annotated[list[ExperimentData], "different ones of these names were there: left alone"]
    removed: list[ExperimentData]
    refused: Annotated[list[RefusedData], "by the other side"]
    data: Annotated[ShareAnswer | None, "null when no data was to move"]
    data_error: Annotated[str | None, "why data did not go over, or not all"]


def exchange_data(shared: Shared, data: ShareAnswer | None, trouble: ExpError | None) -> ExchangeAnswer:
    return {
        "moved": [experiment_data(one) for one in shared.moved],
        "unchanged": [experiment_data(one) for one in shared.unchanged],
        "diverged": [experiment_data(one) for one in shared.diverged],
        "removed": [experiment_data(one) for one in shared.removed],
        "refused": [{**experiment_data(one), "reason": reason} for one, reason in shared.refused],
        "data": data,
        "data_error": trouble.message if trouble else None,
    }


def listed(experiments: Sequence[Experiment]) -> str:
    """'a', 'a and b', 'a, b and c'; of many the first and how many more."""
    names = [one_line(one.name) for one in experiments]
    if len(names) > _SHOWN:
        names = [*names[:_SHOWN], f"{len(names) - _SHOWN} more"]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def suspect_lines(suspects: Sequence[Suspect]) -> list[str]:
    """For stderr, before a push: files that look like credentials."""
    if not suspects:
        return []
    lines = ["warning: these files look like credentials, and only the experiments have them:"]
    for suspect in suspects[:_SHOWN]:
        more = len(suspect.experiments) - 1
        who = one_line(suspect.experiments[0]) + (f" and {more} more" if more else "")
        lines.append(f"  {one_line(suspect.path)} in {who}")
    if len(suspects) > _SHOWN:
        lines.append(f"  and {len(suspects) - _SHOWN} more")
    lines.append("hint: let Git ignore them and run again; what was pushed is known, so change it.")
    return lines
