"""A run as JSON lines."""

from __future__ import annotations

import io
import json

from gitexp.build.events import Planned, StageEnded, StageOutput
from gitexp.build.plan import Cause, Reason
from gitexp.experiment.record import RunStarted
from gitexp.screen.run.json import JsonRunView
from tests.screen.runs import BASE, event, failed, metrics, plan, succeeded


def test_every_line_is_one_object_that_says_what_it_is() -> None:
    out = io.StringIO()
    with JsonRunView(out) as view:
        view(RunStarted("otter", ("lr=1",), BASE))
        view(event(Planned(plan("train", reasons=(Reason(Cause.PARAM_MODIFIED, "p:lr", 1, 2),)))))
        view(event(StageOutput("train", "\x1b[1mbold")))
        view(event(StageEnded(failed().stages[0])))
    view.report([succeeded(old=metrics(acc=1), new=metrics(acc=3))])
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["started", "planned", "output", "stage_ended", "result"]
    assert lines[1]["steps"][0]["reasons"] == [
        {"cause": "modified param", "subject": "p:lr", "old": 1, "new": 2}
    ]
    assert lines[2]["line"] == "\x1b[1mbold"
    assert lines[3]["failure"]["exit_code"] == 3
    assert lines[4]["metrics"] == {"m.json": {"acc": {"old": 1, "new": 3, "diff": 2}}}
    assert lines[4]["ref"] == f"refs/exps/bb/{'b' * 38}/otter"
