"""A plan in words: what would run, what would be restored, and why. For `exp run --dry`."""

from __future__ import annotations

from collections import Counter

from gitexp.build.plan import Action, Plan, Step
from gitexp.screen.reasons import reasons_words
from gitexp.screen.text_table import align

WORDS = {
    Action.KEEP: "up to date",
    Action.RESTORE: "restore from the cache",
    Action.RECORD: "record",
    Action.RUN: "run",
    Action.DEPENDS: "depends on what is made upstream",
}


def plan_lines(name: str, plan: Plan, verbose: bool = False) -> list[str]:
    """A line for each stage, upstream first, then a line that counts."""
    rows = [_row(step, verbose) for step in plan.steps]
    return [f"{name}:", *(f"  {line}" for line in align(rows)), f"  {_summary(plan)}"]


def _row(step: Step, verbose: bool) -> tuple[str, str, str]:
    return step.stage.address, WORDS[step.action], reasons_words(step.reasons, all_of_them=verbose)


def _summary(plan: Plan) -> str:
    counts = Counter(step.action for step in plan.steps)
    if not plan.steps:
        return "no stages"
    return ", ".join(f"{counts[action]} {WORDS[action]}" for action in WORDS if counts[action])
