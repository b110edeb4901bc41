"""Every command of the table under --json: an object of ours or DVC's layout, valid against `exp schema`.

A command without a step here, without `--json`, or without `ANSWER` fails the first two tests; what to do is
told in gitexp/screen/answer.py. The steps are one session in one project, in this order.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gitexp.cli import main
from gitexp.cli.front import make_command
from gitexp.cli.schema import all_commands
from gitexp.cli.table import COMMANDS, load_answer
from gitexp.errors import Exit
from gitexp.screen.answer import SCHEMA, Answer
from gitexp.screen.json_schema import answer_schema
from tests.programs import git
from tests.repos import commit_all, fixture_repo, write_files

CONVENTION = "see gitexp/screen/answer.py for the convention of --json"


@dataclass(frozen=True)
class Step:
    """`exp COMMAND --json WORDS` in the session's project; `files` are written before."""

    command: str
    words: str = ""
    code: int = Exit.DONE
    files: dict[str, str] = field(default_factory=dict)
    events: tuple[str, ...] = ()  # that have to come, of a stream
    commit: bool = False  # first commit what the workspace has


STEPS = (
    Step("stage list", "--all"),
    Step("status"),
    Step("dag"),
    Step("run", "--dry"),
    Step(
        "run",
        "-n one -S train.lr=0.2",
        events=("started", "planned", "stage_started", "stage_ended", "result"),
    ),
    Step("run", "-n two -S train.lr=0.3,0.4", events=("sweep_started", "result")),
    Step("run", "-n applied -S train.lr=0.6 --apply", events=("result", "applied")),
    Step("undo"),
    Step("repro", events=("planned", "result")),
    Step("repro", "--dry"),
    Step("list"),
    Step("list", "-A"),
    Step("show"),
    Step("show", "--group-by train.lr"),
    Step("ui"),
    Step("log", "-n 1", events=("experiment",)),
    Step("log", "one", events=("experiment",)),
    Step("diff", "HEAD one"),
    Step("diff", "HEAD one -p --data"),
    Step("diff", "HEAD one two-1"),
    Step("metrics show"),
    Step("metrics show", "-A"),
    Step("metrics diff", "HEAD one"),
    Step("params diff", "HEAD one"),
    Step("plots show"),
    Step("plots diff", "one two-1"),
    Step("report", "--plots 0"),
    Step("report", "--plots 0 --md"),
    Step("apply", "one"),
    Step("undo", "--list"),
    Step("undo"),
    Step("branch", "one side"),
    Step("rename", "one uno"),
    Step("note", "uno good"),
    Step("note", "uno"),
    Step("save", "-n saved"),
    Step("verify", "uno"),
    Step("logs", "uno", events=("line",)),
    Step("logs", "uno -n 1", events=("left_out", "line")),
    Step("push", "hub uno"),
    Step("fetch", "hub -A"),
    Step("pull", "hub -A"),
    Step("remove", "saved"),
    Step("rebase", "uno", events=("result",), files={"README.md": "new\n"}, commit=True),
    Step("run", "-n bad -S split.rows=none", Exit.FAILED, events=("stage_ended", "result")),
    Step("log", "--failed", events=("failed",)),
    Step("show"),
    Step("retry", "bad", Exit.FAILED, events=("result",)),
    Step("retry", "--queue bad", events=("queued_again",)),
    Step("queue hold"),
    Step("queue release"),
    Step("run", "--queue -n q -S train.lr=0.7,0.8", events=("queued",)),
    Step("queue move", "q-2"),
    Step("watch", "--once", events=("picture",)),
    Step("show"),
    Step("queue remove", "q-1"),
    Step("queue work", "", events=("result",)),
    Step("run", "--queue -n w -S train.lr=0.9", events=("queued",)),
    Step("worker", "{id}"),
    Step("worker", "{id}"),
    Step("queue status"),
    Step("queue logs", "q-2", events=("line",)),
    Step("queue retry", "bad"),
    Step("queue kill", "bad", Exit.FAILED),
    Step("queue remove", "--all"),
    Step("queue start"),
    Step("queue stop", "--kill"),
    Step("queue doctor", "--on local"),
    Step("watch", events=("picture",)),
    Step("clean"),
    Step("freeze", "train"),
    Step("unfreeze", "train"),
    Step("stage add", "-n extra -o extra.txt echo 1 > extra.txt"),
    Step("stage add", "-n more --run -o more.txt echo 1 > more.txt"),
    Step("stage remove", "extra"),
    Step("add", "big.bin", files={"big.bin": "0" * 100}),
    Step("add", "big.bin"),
    Step("commit", "-f", files={"big.bin": "1" * 100}),
    Step("unprotect", "big.bin"),
    Step("checkout", "-f", files={"big.bin": "2" * 100}),
    Step("data status", "--granular --unchanged"),
    Step("data diff", "HEAD"),
    Step("data push", "-r store"),
    Step("data fetch", "-r store"),
    Step("data pull", "-r store"),
    Step("move", "big.bin small.bin"),
    Step("data remove", "small.bin --outs"),
    Step("save", "-n strange", files={"metrics.json": '{"error": NaN, "far": -Infinity}'}),
    Step("log", "strange", events=("experiment",)),
    Step("diff", "HEAD strange"),
    Step("fsck", "--quick"),
    Step("gc", "-w --dry"),
    Step("gc", "-w -f"),
    Step("schema"),
    Step("schema", "show"),
    Step("demo", "elsewhere"),
    Step("init", "--subdir"),
)


@pytest.mark.parametrize("name", [name for name, _ in all_commands(COMMANDS)])
def test_every_command_takes_json_says_what_comes_and_has_a_step(name: str) -> None:
    entry = dict(all_commands(COMMANDS))[name]
    options = [word for option in make_command(name, entry).params for word in option.opts]
    assert "--json" in options, f"`exp {name}` has no --json: {CONVENTION}"
    try:
        answer = load_answer(entry)
    except AttributeError:
        pytest.fail(f"gitexp/cli/{entry.module}.py has no ANSWER: {CONVENTION}")
    jsonschema.Draft202012Validator.check_schema(answer_schema(answer))
    assert name in {step.command for step in STEPS}, f"`exp {name}` has no Step here: {CONVENTION}"


def test_what_every_command_prints_is_valid(
    work: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = fixture_repo("get-started", work / "project")
    git(work, "init", "-q", "--bare", "hub.git")
    git(root, "remote", "add", "hub", str(work / "hub.git"))
    write_files(root, {".dvc/config": f"['remote \"store\"']\n    url = {work / 'store'}\n"})
    commit_all(root)
    problems, queued = [], ""
    for step in STEPS:
        place = root
        if step.command in ("demo", "init"):
            place = root / "inner" if step.command == "init" else work
            place.mkdir(exist_ok=True)
        monkeypatch.chdir(place)
        write_files(root, step.files)
        if step.commit:
            commit_all(root)
        capfd.readouterr()
        words = step.words.format(id=queued).split()
        code = main([*step.command.split(), "--json", *words])
        out, err = capfd.readouterr()
        queued = json.loads(out.splitlines()[-1])["id"] if "--queue -n" in step.words else queued
        found = list(_problems(step, code, out))
        problems += [f"exp {step.command} --json {step.words}: {each}\n{out[-500:]}\n{err}" for each in found]
    assert problems == [], "\n".join([*problems, CONVENTION])


def _problems(step: Step, code: int, out: str) -> Iterator[str]:
    """What is wrong with what a step printed."""
    answer, validator = _expected(step.command)
    if code != step.code:
        yield f"exit code {code}"
    try:
        # DVC's layouts have its bare NaN; documents of ours are JSON for any parser.
        words = {} if answer.theirs else {"parse_constant": _refuse}
        values = [json.loads(line, **words) for line in out.splitlines()]
    except ValueError as error:
        yield f"no JSON lines: {error}"
        return
    if not answer.is_stream and len(values) != 1:
        yield f"{len(values)} values, not one"
    for value in values:
        error = jsonschema.exceptions.best_match(validator.iter_errors(value))
        if error is not None:
            yield f"at {error.json_path}: {error.message[:300]}"
        if not answer.theirs and next(iter(value.items())) != ("schema", SCHEMA):
            yield "no `schema` first"
        if answer.is_stream and "event" not in value:
            yield "no `event`"
    missing = set(step.events) - {value.get("event") for value in values if isinstance(value, dict)}
    if missing:
        yield f"no {missing}"


def _refuse(word: str) -> object:
    raise ValueError(f"{word} is no JSON")


@cache
def _expected(name: str) -> tuple[Answer, Any]:
    answer = load_answer(dict(all_commands(COMMANDS))[name])
    return answer, jsonschema.Draft202012Validator(answer_schema(answer))


def test_the_validation_sees_unknown_and_missing_fields() -> None:
    schema = answer_schema(load_answer(COMMANDS["rename"]))
    good = {"schema": SCHEMA, "name": "a", "rev": "b", "baseline": "c", "ref": "d"}
    jsonschema.validate(good, schema)
    for bad in ({**good, "more": 1}, {k: v for k, v in good.items() if k != "ref"}, {**good, "rev": None}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, schema)
