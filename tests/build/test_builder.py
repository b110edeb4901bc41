"""Builds with the fake runner: what runs, in which order, what a failure or a stop leaves."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gitexp.build.builder import BuildOptions
from gitexp.build.command import ShellRunner
from gitexp.build.events import Event, Planned, StageEnded, StageOutput, StageStarted, StageWaiting, Warned
from gitexp.build.stop import Stop
from tests.build.sites import Bench, FakeRunner, outcomes
from tests.repos import commit_all


def bench(work: Path, dvc_yaml: str, **files: str) -> Bench:
    return Bench(work / "p", {"in.txt": "in\n", "dvc.yaml": dvc_yaml, **files})


def stages(**commands: str) -> str:
    """Independent stages that each make one out named after them."""
    return "stages:\n" + "".join(
        f"  {name}:\n    cmd: {cmd}\n    deps: [in.txt]\n    outs: [{name}.txt]\n"
        for name, cmd in commands.items()
    )


DIAMOND = """\
stages:
  top:
    cmd: join top.txt in.txt
    deps: [in.txt]
    outs: [top.txt]
  left:
    cmd: join left.txt top.txt
    deps: [top.txt]
    outs: [left.txt]
  right:
    cmd: join right.txt top.txt
    deps: [top.txt]
    outs: [right.txt]
  bottom:
    cmd: join bottom.txt left.txt right.txt
    deps: [left.txt, right.txt]
    outs: [bottom.txt]
"""


def test_upstream_runs_first_and_a_second_build_runs_nothing(work: Path) -> None:
    here = bench(work, DIAMOND)
    result = here.build()
    assert result.ok
    assert here.ran() == ["top", "left", "right", "bottom"]
    assert here.read("bottom.txt") == "in\nin\n"
    assert set(outcomes(here.build()).values()) == {"unchanged"}
    assert here.ran() == []


def test_what_makes_the_same_bytes_again_stops_the_wave(work: Path) -> None:
    longer = DIAMOND.replace("join top.txt in.txt", "join top.txt in.txt empty.txt")
    here = bench(work, longer, **{"empty.txt": ""})
    here.build()
    here.ran()
    here.write(dvc_yaml=DIAMOND)
    assert outcomes(here.build()) == {
        "top": "ran",
        "left": "unchanged",
        "right": "unchanged",
        "bottom": "unchanged",
    }


def test_independent_stages_run_at_the_same_time(work: Path) -> None:
    here = bench(work, stages(a="wait a.txt", b="wait b.txt", c="wait c.txt"))
    here.runner = FakeRunner(others=2)
    assert here.build(options=BuildOptions(jobs=3)).ok


def test_no_more_stages_than_jobs_run_at_the_same_time(work: Path) -> None:
    class Counting(FakeRunner):
        now = most = 0

        def run(self, command: str, *rest: Any) -> int:
            self.now += 1
            self.most = max(self.most, self.now)
            code = super().run(command, *rest)
            self.now -= 1
            return code

    here = bench(work, stages(**{f"s{i}": f"join s{i}.txt in.txt" for i in range(8)}))
    here.runner = Counting()
    assert here.build(options=BuildOptions(jobs=1)).ok
    assert here.runner.most == 1


def test_stages_with_the_same_mutex_are_held_apart(work: Path) -> None:
    class Overlap(FakeRunner):
        now = 0
        met: list[int] = []

        def run(self, command: str, *rest: Any) -> int:
            self.now += 1
            self.met.append(self.now)
            code = super().run(command, *rest)
            self.now -= 1
            return code

    text = stages(a="join a.txt in.txt", b="join b.txt in.txt", c="join c.txt in.txt")
    here = bench(work, text.replace("    outs: ", "    meta: {gitexp: {mutex: gpu}}\n    outs: "))
    here.runner = Overlap()
    assert here.build(options=BuildOptions(jobs=3)).ok
    assert here.runner.met == [1, 1, 1]


def test_a_failure_carries_command_code_and_last_lines(work: Path) -> None:
    here = bench(work, stages(bad="fail 7"))
    result = here.build()
    assert not result.ok
    failure = result.stages[0].failure
    assert failure is not None
    assert (failure.message, failure.exit_code, failure.command) == ("exited with 7", 7, "fail 7")
    assert failure.tail == ("about to fail",)
    assert result.entries == {}


def test_after_a_failure_nothing_more_begins(work: Path) -> None:
    here = bench(work, stages(bad="fail 1", good="join good.txt in.txt"))
    assert outcomes(here.build()) == {"bad": "failed", "good": "skipped"}


def test_keep_going_runs_what_does_not_depend_on_the_failure(work: Path) -> None:
    here = bench(work, DIAMOND.replace("join left.txt top.txt", "fail 1"))
    assert outcomes(here.build(options=BuildOptions(keep_going=True))) == {
        "top": "ran",
        "left": "failed",
        "right": "ran",
        "bottom": "skipped",
    }


def test_what_was_finished_before_a_failure_is_in_the_run_cache(work: Path) -> None:
    here = bench(work, DIAMOND.replace("join left.txt top.txt", "fail 1"))
    here.build()
    here.ran()
    (here.root / "dvc.lock").unlink()
    here.write(dvc_yaml=DIAMOND)
    assert outcomes(here.build()) == {"top": "cached", "left": "ran", "right": "ran", "bottom": "ran"}


def test_a_stage_that_does_not_make_its_out_fails(work: Path) -> None:
    result = bench(work, stages(s="say hello")).build()
    assert result.stages[0].failure is not None
    assert "did not make its out 's.txt'" in result.stages[0].failure.message


def test_a_missing_dep_is_named_before_anything_runs(work: Path) -> None:
    here = bench(work, stages(s="join s.txt in.txt"))
    (here.root / "in.txt").unlink()
    result = here.build()
    assert result.stages[0].failure is not None
    assert "its dep 'in.txt' does not exist" in result.stages[0].failure.message
    assert here.ran() == []


def test_an_out_that_git_tracks_is_refused_before_its_command_runs(work: Path) -> None:
    here = bench(work, stages(s="join s.txt in.txt", t="join t.txt in.txt"), **{"s.txt": "mine"})
    result = here.build()
    assert outcomes(result) == {"s": "failed", "t": "skipped"}
    assert "tracked by Git" in (result.stages[0].failure or pytest.fail()).message
    assert here.read("s.txt") == "mine"
    assert here.ran() == []


def test_outs_go_before_a_run_except_those_that_persist(work: Path) -> None:
    here = bench(
        work,
        "stages:\n  s:\n    cmd: echo x >> out.txt && echo y >> keep.txt\n"
        "    outs:\n    - out.txt\n    - keep.txt:\n        persist: true\n",
    )
    here.runner = ShellRunner()
    for _ in range(3):
        assert here.build(options=BuildOptions(force=True)).ok
    assert (here.read("out.txt"), here.read("keep.txt")) == ("x\n", "y\ny\ny\n")


def test_cached_outs_are_ignored_by_git_and_nothing_is_added_twice(work: Path) -> None:
    here = bench(work, stages(a="join a.txt in.txt", b="join b.txt in.txt"), **{".gitignore": "/b.txt\n"})
    assert here.build().ignore_files == (".gitignore",)
    assert here.read(".gitignore") == "/b.txt\n/a.txt\n"
    assert here.build(options=BuildOptions(force=True)).ignore_files == ()


def test_a_list_of_commands_stops_at_the_first_that_fails(work: Path) -> None:
    here = bench(work, stages(s='["say one", "fail 2", "say three"]'))
    result = here.build()
    assert here.ran() == ["s", "s"]
    assert (result.stages[0].failure or pytest.fail()).command == "fail 2"


def test_each_line_of_a_command_has_a_shell_of_its_own(work: Path) -> None:
    here = bench(
        work,
        'stages:\n  s:\n    wdir: sub\n    cmd: |\n      X=1\n\n      echo "[$X] $DVC_STAGE $PWD" > o.txt\n'
        "    outs: [o.txt]\n",
    )
    here.runner = ShellRunner()
    assert here.build().ok
    assert here.read("sub/o.txt") == f"[] s {here.root / 'sub'}\n"


def test_a_stop_ends_the_build_as_interrupted(work: Path) -> None:
    here = bench(work, stages(a="stop", b="join b.txt in.txt"))
    stop = Stop()
    result = here.build(stop=stop)
    assert result.interrupted
    assert outcomes(result) == {"a": "stopped", "b": "skipped"}


def test_a_listener_that_breaks_stops_the_commands_and_is_heard(work: Path) -> None:
    here = bench(work, stages(a="sleep 30"))
    here.runner = ShellRunner()

    def hear(event: Event) -> None:
        if isinstance(event, StageStarted):
            raise BrokenPipeError

    here.hear = hear
    with pytest.raises(BrokenPipeError):
        here.build()


def test_events_tell_the_story_in_order(work: Path) -> None:
    here = bench(work, stages(a="say hello"))
    here.build()
    assert [type(event) for event in here.events] == [Planned, StageStarted, StageOutput, StageEnded]
    assert here.events[1] == StageStarted("a", "say hello")
    assert here.events[2] == StageOutput("a", "hello")


def test_the_log_names_each_stage_once_and_keeps_its_lines(work: Path) -> None:
    here = bench(work, 'stages:\n  a:\n    cmd: ["say one", "say two"]\n  b:\n    cmd: fail 3\n')
    here.build(site=here.site(log=work / "log"))
    assert (work / "log").read_text() == (
        "==> a <==\n$ say one\n$ say two\none\ntwo\n==> b <==\n$ fail 3\nabout to fail\nexited with 3\n"
    )


def test_the_same_stage_in_two_worktrees_runs_once(work: Path) -> None:
    """While the first build's command runs, the second build begins: it waits and takes the result."""
    first = bench(work, stages(s="join s.txt in.txt"))
    second = Bench(work / "q", {"in.txt": "in\n", "dvc.yaml": stages(s="join s.txt in.txt")})
    second.store = first.store
    site = replace(second.site(), repo=replace(second.site().repo, common_dir=first.site().repo.common_dir))
    waiting = threading.Event()
    second.hear = lambda event: waiting.set() if isinstance(event, StageWaiting) else None
    results = []
    other = threading.Thread(target=lambda: results.append(second.build(site=site)))

    class Meanwhile(FakeRunner):
        def run(self, command: str, *rest: Any) -> int:
            other.start()
            assert waiting.wait(10)
            return super().run(command, *rest)

    first.runner = Meanwhile()
    assert outcomes(first.build()) == {"s": "ran"}
    other.join(10)
    assert outcomes(results[0]) == {"s": "cached"}
    assert second.ran() == []
    assert second.read("s.txt") == "in\n"


def test_a_dep_that_changes_while_its_stage_runs_is_told_and_not_remembered(work: Path) -> None:
    here = bench(work, stages(s="echo more >> in.txt; cp in.txt s.txt"))
    here.runner = ShellRunner()
    assert here.build().ok
    assert any(isinstance(event, Warned) and "'in.txt' changed" in event.message for event in here.events)
    assert not (here.store.root / "runs").exists()
    assert set(outcomes(here.build()).values()) == {"unchanged"}


def test_an_experiment_committed_in_git_needs_no_out_ignored_twice(work: Path) -> None:
    here = bench(work, stages(model="join model.txt in.txt"), **{".gitignore": "*.txt\n!in.txt\n"})
    commit_all(here.root)
    assert here.build().ignore_files == ()
