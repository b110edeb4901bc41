"""On what terms stages are built: forced downstream, errors ignored, data missing, time limited, uncached."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path
from typing import Any

import pytest

from gitexp.build.builder import BuildOptions
from gitexp.build.command import ShellRunner
from gitexp.build.locks import read_locks
from gitexp.build.planner import Rules, make_plan
from gitexp.cache.store import Store
from gitexp.errors import ExpError
from gitexp.pipeline.select import select
from gitexp.pipeline.source import FolderFiles
from tests.build.sites import Bench, FakeRunner, actions, outcomes

CHAIN = """\
stages:
  a:
    cmd: join a.txt in.txt{more}
    deps: [in.txt]
    outs: [a.txt]
  b:
    cmd: join b.txt a.txt
    deps: [a.txt]
    outs: [b.txt]
  c:
    cmd: join c.txt b.txt
    deps: [b.txt]
    outs: [c.txt]
  apart:
    cmd: join apart.txt in.txt
    deps: [in.txt]
    outs: [apart.txt]
"""


@pytest.fixture
def chain(work: Path) -> Bench:
    here = Bench(work / "p", {"in.txt": "in\n", "empty.txt": "", "dvc.yaml": CHAIN.format(more="")})
    assert here.build().ok
    here.ran()
    return here


def planned(here: Bench, rules: Rules) -> dict[str, str]:
    site = here.site()
    graph = here.graph(site)
    locks = read_locks(graph, FolderFiles(site.root, site.repo))
    return actions(make_plan(graph, select(graph, []), site, locks, rules))


def test_forced_downstream_goes_on_from_what_ran_though_it_made_the_same(chain: Bench) -> None:
    chain.write(dvc_yaml=CHAIN.format(more=" empty.txt"))
    assert planned(chain, Rules(force_downstream=True)) == {
        "a": "run",
        "b": "run",
        "c": "run",
        "apart": "up to date",
    }
    assert outcomes(chain.build(options=BuildOptions(force_downstream=True))) == {
        "a": "ran",
        "b": "ran",
        "c": "ran",
        "apart": "unchanged",
    }


def test_forced_downstream_forces_nothing_where_nothing_ran(chain: Bench) -> None:
    assert set(outcomes(chain.build(options=BuildOptions(force_downstream=True))).values()) == {"unchanged"}


def test_with_errors_ignored_also_what_depends_on_a_failure_is_tried(work: Path) -> None:
    text = (
        "stages:\n"
        "  bad:\n    cmd: echo partial > bad.txt; exit 3\n    deps: [in.txt]\n    outs: [bad.txt]\n"
        "  none:\n    cmd: exit 4\n    deps: [in.txt]\n    outs: [none.txt]\n"
        "  after:\n    cmd: cp bad.txt after.txt\n    deps: [bad.txt]\n    outs: [after.txt]\n"
        "  last:\n    cmd: cp none.txt last.txt\n    deps: [none.txt]\n    outs: [last.txt]\n"
        "  other:\n    cmd: cp in.txt other.txt\n    deps: [in.txt]\n    outs: [other.txt]\n"
    )
    here = Bench(work / "p", {"in.txt": "in\n", "dvc.yaml": text})
    here.runner = ShellRunner()
    result = here.build(options=BuildOptions(ignore_errors=True))
    assert outcomes(result) == {
        "bad": "failed",
        "none": "failed",
        "after": "ran",
        "last": "failed",
        "other": "ran",
    }
    assert result.ok
    assert not result.interrupted
    assert sorted(result.entries["dvc.lock"]) == ["after", "other"]  # as `dvc repro --ignore-errors` does


def test_missing_data_that_is_known_by_its_hash_counts_as_unchanged(chain: Bench) -> None:
    for name in ("a.txt", "b.txt"):
        (chain.root / name).unlink()
    shutil.rmtree(chain.store.root / "files")
    options = BuildOptions(allow_missing=True)
    assert set(outcomes(chain.build(options=options)).values()) == {"unchanged"}
    chain.store = Store(chain.store.root)  # one that has not seen the objects
    assert planned(chain, Rules())["a"] == "run"


def test_missing_data_whose_recorded_hash_changed_counts_as_modified(chain: Bench) -> None:
    """The dep is not there, but its stage's entry says that it is other data than the stage last saw."""
    text = chain.read("dvc.lock")
    start = text.index("    outs:\n    - path: a.txt")
    end = text.index("size:", start)
    md5 = text[start:end].split("md5: ")[-1].split()[0]
    (chain.root / "dvc.lock").write_text(text[:start] + text[start:end].replace(md5, "f" * 32) + text[end:])
    (chain.root / "a.txt").unlink()
    assert planned(chain, Rules(allow_missing=True))["a"] == "up to date"
    assert planned(chain, Rules(allow_missing=True))["b"] != "up to date"


def test_uncommitted_outs_are_recorded_but_not_cached(work: Path) -> None:
    here = Bench(work / "p", {"in.txt": "in\n", "dvc.yaml": CHAIN.format(more="")})
    result = here.build(options=BuildOptions(commit=False))
    assert result.ok
    assert len(result.entries["dvc.lock"]) == 4
    assert [path for path in here.store.root.rglob("*") if path.is_file()] == []
    assert set(outcomes(here.build()).values()) <= {"recorded", "unchanged"}


def test_a_stage_that_takes_longer_than_it_may_fails_and_says_so(work: Path) -> None:
    text = (
        "stages:\n  slow:\n    cmd: echo up; sleep 30\n    meta: {gitexp: {timeout: 0.2s}}\n"
        "  next:\n    cmd: echo\n    deps: [in.txt]\n"
    )
    here = Bench(work / "p", {"in.txt": "in\n", "dvc.yaml": text})
    here.runner = ShellRunner()
    result = here.build(options=BuildOptions(keep_going=True))
    assert outcomes(result) == {"slow": "failed", "next": "ran"}
    failure = result.stages[0].failure or pytest.fail()
    assert (failure.message, failure.tail) == ("timed out after 0.2s", ("up",))
    assert not result.interrupted


def test_a_build_that_takes_longer_than_it_may_fails_what_runs_and_begins_nothing_more(work: Path) -> None:
    text = "stages:\n  slow:\n    cmd: sleep 30\n  next:\n    cmd: echo\n    deps: [in.txt]\n"
    here = Bench(work / "p", {"in.txt": "in\n", "dvc.yaml": text})
    here.runner = ShellRunner()
    for options in (BuildOptions(timeout=0.2), BuildOptions(timeout=0.2, ignore_errors=True)):
        result = here.build(options=options)
        assert outcomes(result) == {"slow": "failed", "next": "skipped"}
        assert (result.stages[0].failure or pytest.fail()).message == "timed out after 0.2s"
        assert (result.ok, result.interrupted) == (False, False)


def test_a_build_whose_time_is_over_before_a_stage_begins_says_so(work: Path) -> None:
    here = Bench(work / "p", {"in.txt": "in\n", "dvc.yaml": CHAIN.format(more="")})
    result = here.build(options=BuildOptions(timeout=1e-9))
    assert outcomes(result) == {"a": "failed", "b": "skipped", "c": "skipped", "apart": "skipped"}
    assert "before it could begin" in (result.stages[0].failure or pytest.fail()).message


class Weighing(FakeRunner):
    """Notes the most slots that were busy at once."""

    now, most = 0, 0
    lock = threading.Lock()

    def run(self, command: str, *rest: Any) -> int:
        slots = rest[-1]
        with self.lock:
            self.now += slots
            self.most = max(self.most, self.now)
        code = super().run(command, *rest)
        with self.lock:
            self.now -= slots
        return code


def test_a_stage_counts_for_as_many_jobs_as_it_says(work: Path) -> None:
    text = "stages:\n" + "".join(
        f"  s{i}:\n    cmd: join s{i}.txt in.txt\n    deps: [in.txt]\n    outs: [s{i}.txt]\n"
        f"    meta: {{gitexp: {{slots: {1 + i % 3}}}}}\n"
        for i in range(9)
    )
    here = Bench(work / "p", {"in.txt": "in\n", "dvc.yaml": text})
    here.runner = Weighing()
    assert here.build(options=BuildOptions(jobs=3)).ok
    assert here.runner.most <= 3


def test_a_stage_that_needs_more_slots_than_there_are_jobs_runs_alone(work: Path) -> None:
    text = "stages:\n  s:\n    cmd: join s.txt in.txt\n    deps: [in.txt]\n    outs: [s.txt]\n"
    here = Bench(work / "p", {"in.txt": "in\n", "dvc.yaml": text + "    meta: {gitexp: {slots: 64}}\n"})
    assert outcomes(here.build(options=BuildOptions(jobs=2))) == {"s": "ran"}


def test_a_meta_that_makes_no_sense_is_an_error_before_anything_runs(work: Path) -> None:
    text = "stages:\n  a:\n    cmd: say a\n  s:\n    cmd: say s\n    meta: {gitexp: {slots: none}}\n"
    here = Bench(work / "p", {"dvc.yaml": text})
    with pytest.raises(ExpError, match="stage 's': `meta.gitexp.slots`"):
        here.build()
    assert here.ran() == []
