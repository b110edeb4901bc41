"""A place to build in for tests, and a runner that does little and lists what it was told to run."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gitexp.build.builder import BuildOptions, BuildResult, build
from gitexp.build.command import CommandRunner, OnLine
from gitexp.build.events import Event, Listener
from gitexp.build.locks import read_locks, write_locks
from gitexp.build.plan import Plan
from gitexp.build.planner import Rules, make_plan
from gitexp.build.site import Site
from gitexp.build.stop import Stop
from gitexp.cache.memory.memo import Memo
from gitexp.cache.store import Store
from gitexp.git.repo import find_repo
from gitexp.pipeline.graph import Graph, build_graph
from gitexp.pipeline.load import load_pipeline
from gitexp.pipeline.select import select
from gitexp.pipeline.source import FolderFiles
from tests.repos import make_project, write_files


@dataclass
class FakeRunner:
    """Commands are words: `join OUT IN…` puts the contents of files together, `fail N` exits with N,
    `say TEXT`, `wait` until `others` commands run at the same time."""

    ran: list[str] = field(default_factory=list)
    others: int = 0

    def __post_init__(self) -> None:
        self.barrier = threading.Barrier(self.others + 1, timeout=10)

    def run(
        self, command: str, cwd: Path, env: Mapping[str, str], on_line: OnLine, stop: Stop, slots: int = 1
    ) -> int:
        self.ran.append(env["DVC_STAGE"])
        verb, *words = command.split()
        if verb == "fail":
            on_line("about to fail")
            return int(words[0])
        if verb == "stop":
            stop.ask()
            return -2
        if verb == "say":
            on_line(" ".join(words))
        if verb == "wait":
            self.barrier.wait()
        if verb in ("join", "wait"):
            target = cwd / words[0]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(b"".join((cwd / word).read_bytes() for word in words[1:]))
        return 0


class Bench:
    """A project in a folder. `build` reads it, builds it, writes its locks, and tells what ran."""

    def __init__(self, root: Path, files: Mapping[str, str]) -> None:
        self.root = make_project(root, files)
        self.runner: CommandRunner = FakeRunner()
        self.events: list[Event] = []
        self.hear: Listener = self.events.append
        self.store = Store(root / ".dvc" / "cache")

    def write(self, **files: str) -> None:
        """Keyword `a_txt` is the file a.txt."""
        write_files(self.root, {name.replace("_", ".", 1): text for name, text in files.items()})

    def read(self, name: str) -> str:
        return (self.root / name).read_text()

    def site(self, root: Path | None = None, virtual: bool = False, log: Path | None = None) -> Site:
        place = root or self.root
        return Site(place, find_repo(place), self.store, Memo(None), virtual=virtual, log=log)

    def graph(self, site: Site) -> Graph:
        return build_graph(load_pipeline(FolderFiles(site.root, site.repo)))

    def plan(
        self, *targets: str, site: Site | None = None, force: bool = False, single_item: bool = False
    ) -> Plan:
        place = site or self.site()
        graph = self.graph(place)
        locks = read_locks(graph, FolderFiles(place.root, place.repo))
        return make_plan(
            graph, select(graph, targets, single_item=single_item), place, locks, Rules(force=force)
        )

    def build(
        self,
        *targets: str,
        options: BuildOptions | None = None,
        site: Site | None = None,
        stop: Stop | None = None,
    ) -> BuildResult:
        place = site or self.site()
        graph = self.graph(place)
        locks = read_locks(graph, FolderFiles(place.root, place.repo))
        result = build(
            graph,
            select(graph, targets),
            place,
            locks,
            options or BuildOptions(),
            self.hear,
            self.runner,
            stop,
        )
        write_locks(place.root, result.entries)
        return result

    def ran(self) -> list[str]:
        """The stages that ran since the last call."""
        assert isinstance(self.runner, FakeRunner)
        stages, self.runner.ran = self.runner.ran, []
        return stages


def outcomes(result: BuildResult) -> dict[str, str]:
    return {stage.stage: stage.outcome.value for stage in result.stages}


def actions(plan: Plan) -> dict[str, str]:
    return {step.stage.address: step.action.value for step in plan.steps}


def reasons(plan: Plan, stage: str) -> list[tuple[object, ...]]:
    """(words, subject, old, new) of every reason, without what is None at the end."""
    step = next(step for step in plan.steps if step.stage.address == stage)
    found: list[tuple[object, ...]] = []
    for reason in step.reasons:
        words: list[object] = [reason.cause.value, reason.subject, reason.old, reason.new]
        while words[-1] is None:
            words.pop()
        found.append(tuple(words))
    return found
