"""Lists into a pipe end after about a thousand lines and say so; what is made for programs whole is whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gitexp.queue.follow import Tail, find_tail
from tests.programs import Finished, exp, exp_ok, git
from tests.repos import fixture_repo

MANY = 1100


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with many experiments: one commit under many names."""
    root = fixture_repo("diamond", tmp_path_factory.mktemp("many") / "project")
    head = git(root, "rev-parse", "HEAD")
    made = git(
        root, "-c", "user.name=A", "-c", "user.email=a@b", "commit-tree", "-p", head, "-m", "x", "HEAD^{tree}"
    )
    folder = f"refs/exps/{head[:2]}/{head[2:]}"
    refs = "".join(f"{made} {folder}/exp-{i:04}\n" for i in range(MANY))
    (root / ".git" / "packed-refs").write_text(f"# pack-refs with: peeled fully-peeled sorted \n{refs}")
    return root


def told(done: Finished, count: int) -> bool:
    assert done.code == 0, done
    return f"note: {count} more experiments are left out; `--all` lists them too." in done.err


def test_list(template: Path) -> None:
    done = exp(template, "list")
    assert len(done.out.splitlines()) == 1 + 1000
    assert told(done, MANY - 1000)
    assert len(exp_ok(template, "list", "--all").splitlines()) == 1 + MANY
    assert exp(template, "list", "--all").err == ""
    answer = exp(template, "list", "--json")
    assert (len(answer.json["baselines"][0]["experiments"]), answer.json["left_out"]) == (1000, MANY - 1000)
    assert told(answer, MANY - 1000)


def test_names_for_xargs_are_never_cut(template: Path) -> None:
    for words in (("--name-only",), ("--sha-only",)):
        done = exp(template, "list", *words)
        assert len(done.out.splitlines()) == MANY
        assert done.err == ""


def test_log(template: Path) -> None:
    lines = [json.loads(line) for line in exp_ok(template, "log", "--json").splitlines()]
    assert [line["event"] for line in lines] == ["experiment"] * 100 + ["left_out"]
    assert lines[-1]["count"] == MANY - 100
    done = exp(template, "log", "--oneline")
    assert len(done.out.splitlines()) == 1000
    assert told(done, MANY - 1000)
    few = exp(template, "log", "--oneline", "-n", "3")
    assert (len(few.out.splitlines()), few.err) == (3, "")
    assert len(exp_ok(template, "log", "--oneline", "--all").splitlines()) == MANY


def test_show(template: Path) -> None:
    done = exp(template, "show")
    assert told(done, MANY - 1000)
    assert "exp-0000" in done.out
    whole = exp(template, "show", "--all")
    assert len(whole.out.splitlines()) == len(done.out.splitlines()) + MANY - 1000
    # DVC's layout is for tools that take it for all there is.
    assert len(exp(template, "show", "--json").json[1]["experiments"]) == MANY
    assert len(exp_ok(template, "show", "--csv").splitlines()) > MANY


@pytest.mark.parametrize(
    ("text", "lines", "tail"),
    [
        (b"", 3, Tail(0, 0)),
        (b"a\nb\n", 3, Tail(0, 0)),
        (b"a\nb\nc", 2, Tail(2, 1)),
        (b"a\nb\nc\n", 1, Tail(4, 2)),
        (b"a\nb\nc\n", 0, Tail(6, 3)),
        (b"x" * 70_000 + b"\n" + b"y" * 70_000 + b"\nlast", 1, Tail(140_002, 2)),
        (b"a\nb", 0, Tail(3, 2)),
    ],
)
def test_the_tail_of_a_log(text: bytes, lines: int, tail: Tail, work: Path) -> None:
    log = work / "log"
    log.write_bytes(text)
    assert find_tail(log, lines) == tail


def test_logs(work: Path) -> None:
    root = fixture_repo("diamond", work / "project")
    (root / "dvc.yaml").write_text("stages: {s: {cmd: seq 1 2000, always_changed: true}}\n")
    exp_ok(root, "run", "-n", "long")
    whole = exp_ok(root, "logs", "long", "--all")
    done = exp(root, "logs", "long")
    assert done.out == "".join(whole.splitlines(True)[-1000:])
    left_out = len(whole.splitlines()) - 1000
    assert f"note: the first {left_out} lines are left out" in done.err
    assert exp(root, "logs", "long", "-n", "2").out == "".join(whole.splitlines(True)[-2:])
    lines = [json.loads(line) for line in exp_ok(root, "logs", "long", "--json").splitlines()]
    assert lines[0]["event"] == "left_out" and lines[0]["count"] == left_out
    assert [line["line"] for line in lines[1:]] == whole.splitlines()[-1000:]
