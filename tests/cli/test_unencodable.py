"""Text that no encoding can write: lone surrogates in JSON and YAML, names that are not UTF-8."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from gitexp.content import encoded
from gitexp.pipeline.yaml import dump_yaml, parse_yaml
from tests.programs import EXP, exp, exp_ok, git
from tests.repos import make_project

HALF = "x\ud800y"
PIPELINE = """\
stages:
  s:
    cmd: cp params.json m.json
    params: [params.json: [lr, n]]
    metrics: [m.json: {cache: false}]
"""


@pytest.fixture
def project(work: Path) -> Path:
    params = '{"lr": "x\\ud800y", "k\\udfff": {"a": "\\udc00"}, "n": 1}'
    return make_project(work / "project", {"dvc.yaml": PIPELINE, "params.json": params})


def test_yaml_writes_it_as_dvc_does_and_reads_it_back() -> None:
    value = {"a": HALF, "b": ["1e3", 1e-05, None, (1,)], "c\udfff": "é\n2"}
    text = dump_yaml(value)
    assert b'a: "x\\uD800y"\n' in text
    assert parse_yaml(text, "f") == {**value, "b": ["1e3", 1e-05, None, [1]]}


def test_what_stands_for_bytes_becomes_them_again() -> None:
    assert encoded("caf\udce9") == b"caf\xe9"
    assert encoded(HALF) == b"x\\ud800y"
    assert encoded(HALF + "caf\udce9") == b"x\\ud800ycaf\xe9"


def test_runs_record_it_and_every_view_shows_it(project: Path) -> None:
    exp_ok(project, "run", "-n", "one")
    exp_ok(project, "run", "-n", "two", "-S", "params.json:n=2")
    ref = git(project, "for-each-ref", "--format=%(refname)", "refs/exps/*/*/two")
    assert 'lr: "x\\uD800y"' in git(project, "show", f"{ref}:dvc.lock")
    # Both may be of one second, and then their order is that of their commit ids.
    rows = [row["revs"][0] for row in exp(project, "show", "--json").json[1]["experiments"]]
    shown = next(row["data"] for row in rows if row["name"] == "two")
    assert shown["params"]["params.json"]["data"] == {"lr": HALF, "n": 2}
    assert shown["metrics"]["m.json"]["data"]["k\udfff"] == {"a": "\udc00"}
    for words in ("show", "show --csv", "show --md", "log", "log one", "diff one two", "report --md"):
        exp_ok(project, *words.split())
    exp_ok(project, "apply", "two")
    assert json.loads((project / "params.json").read_text())["lr"] == HALF
    assert exp(project, "status").out == "Data and pipelines are up to date.\n"


@pytest.mark.parametrize("change", [("cmd: cp", "cmd: echo ${lr}; cp"), ("m.json:", '"\\ud800.json":')])
def test_where_a_command_or_a_name_has_to_be_it_is_an_error(change: tuple[str, str], project: Path) -> None:
    (project / "dvc.yaml").write_text("vars: [params.json]\n" + PIPELINE.replace(*change))
    for command in ("run", "repro"):
        done = exp(project, command)
        assert done.code == 1, done
        assert "\\ud800" in done.err
        assert "Traceback" not in done.err


def test_arguments_and_file_names_that_are_not_utf_8(project: Path) -> None:
    name = b"caf\xe9"
    (project / os.fsdecode(name)).write_bytes(b"data\n")

    def run(*words: bytes) -> subprocess.CompletedProcess[bytes]:
        done = subprocess.run([*map(os.fsencode, EXP), *words], cwd=project, capture_output=True, check=False)
        assert done.returncode in (0, 1, 2), done
        assert b"Traceback" not in done.stderr
        return done

    assert run(b"add", name).returncode == 0
    assert b"/caf\xe9\n" in (project / ".gitignore").read_bytes()
    os.unlink(os.path.join(os.fsencode(project), name))
    assert run(b"checkout").returncode == 0
    assert (project / os.fsdecode(name)).read_bytes() == b"data\n"
    assert run(b"run", b"-n", b"one", b"-m", name).returncode == 0
    assert json.loads(run(b"log", b"--json").stdout)["message"].startswith("café")  # Git takes it for Latin-1
    for words in ((b"run", b"-S", b"n='" + name + b"'"), (b"note", b"one", name), (b"diff", name), (name,)):
        run(*words)
    answer = json.loads(run(b"apply", b"--json", name).stdout)
    assert (answer["event"], "caf\udce9" in answer["error"]) == ("error", True)
