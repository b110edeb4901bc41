"""What `exp verify` found, in words and as data for JSON; and what runs meanwhile."""

from __future__ import annotations

from typing import Annotated, TypedDict

from gitexp.build.events import Event, StageOutput, StageStarted
from gitexp.experiment.run.verify import StageVerdict, Verdict, Verified
from gitexp.screen.cells import one_line, output_line, plural
from gitexp.screen.talk import say
from gitexp.screen.text_table import align

_SHOWN = 8  # digits of a hash


def tell(event: Event, verbose: bool) -> None:
    """To stderr while it runs."""
    if isinstance(event, StageStarted):
        say(f"running {one_line(event.stage)}")
    elif isinstance(event, StageOutput) and verbose:
        say(f"  {output_line(event.line)}")


def verify_lines(verified: Verified) -> list[str]:
    """A line a stage, then the sum."""
    rows = [(one_line(one.stage), one.verdict.value, _why(one)) for one in verified.stages]
    lines = align(rows) if rows else []
    first = verified.first
    if first is None:
        same = sum(one.verdict is Verdict.SAME for one in verified.stages)
        return [*lines, "", f"{one_line(verified.name)} is reproducible: {plural(same, 'stage')} the same."]
    what = "failed" if first.verdict is Verdict.FAILED else "is the first that differs"
    return [
        *lines,
        "",
        f"{one_line(verified.name)} is not reproducible: stage '{one_line(first.stage)}' {what}.",
        f"The whole log: {verified.log}",
    ]


def _why(one: StageVerdict) -> str:
    if one.verdict is Verdict.FAILED and one.result is not None and one.result.failure is not None:
        return one_line(one.result.failure.message)
    pairs = (
        f"{one_line(pair.path)} {pair.recorded[:_SHOWN]} -> {(pair.now or 'gone')[:_SHOWN]}"
        for pair in one.outs
    )
    return ", ".join(pairs)


class ComparedOut(TypedDict):
    path: str
    recorded: Annotated[str, "md5 in the experiment"]
    now: Annotated[str | None, "md5 of this run; null: not made"]


class VerifiedStage(TypedDict):
    stage: str
    verdict: str
    outs: Annotated[list[ComparedOut], "those that differ"]


class VerifyAnswer(TypedDict):
    """An experiment run again: its stages against what it recorded."""

    name: str
    rev: str
    reproducible: bool
    first: Annotated[str | None, "the first stage that failed or differs"]
    log: str
    stages: list[VerifiedStage]


def verify_data(verified: Verified) -> VerifyAnswer:
    first = verified.first
    return {
        "name": verified.name,
        "rev": verified.commit,
        "reproducible": first is None,
        "first": first.stage if first else None,
        "log": str(verified.log),
        "stages": [
            {
                "stage": one.stage,
                "verdict": one.verdict.value,
                "outs": [
                    {"path": pair.path, "recorded": pair.recorded, "now": pair.now} for pair in one.outs
                ],
            }
            for one in verified.stages
        ],
    }
