"""Be a worker: run what waits in the queue in this process, several entries at a time, until none is left."""

from __future__ import annotations

import threading
import time

from gitexp.build.stop import Stop, stop_on_signals
from gitexp.experiment.record import RunResult, SweepStarted, Watcher, unwatched
from gitexp.project import Project
from gitexp.queue.board import Board, board_folder, open_board
from gitexp.queue.crew import Worker, on_duty, say_alive, told_to_go_home, told_to_stop, workers
from gitexp.queue.enqueue import drop_snapshots
from gitexp.queue.execute import Engine, open_engine
from gitexp.queue.job import Place
from gitexp.queue.worker import BEAT, LOOK, Shift, work


def run_queue(
    project: Project,
    jobs: int,
    watcher: Watcher = unwatched,
    stop: Stop | None = None,
    gpus: str | None = None,
) -> list[RunResult]:
    """Run the queue, `jobs` entries at once with as many stage commands, until nothing waits.

    Results in the order in which the entries ended. Ctrl-C stops what runs and leaves the rest queued.
    """
    folder = board_folder(project.repo)
    with stop_on_signals(stop) as asked, on_duty(folder) as me, open_engine(project, jobs, gpus) as engine:
        watcher(SweepStarted(len(open_board(project.repo).names(Place.QUEUED))))
        crew = _Threads(me, engine, watcher, asked)
        crew.run(jobs)
        drop_snapshots(project.repo, open_board(project.repo))
        workers(folder)  # sweeps away what killed ones left
    return crew.finish()


class _Threads:
    """The threads of one worker process; each runs one entry at a time."""

    def __init__(self, me: Worker, engine: Engine, watcher: Watcher, stop: Stop) -> None:
        self._results: list[RunResult] = []
        self._errors: list[BaseException] = []
        self._stop = stop
        self._me = me
        self._shift = Shift(
            Board(me.path.parent.parent), me.owner, engine, stop, lambda: told_to_go_home(me), watcher
        )

    def run(self, count: int) -> None:
        threads = [threading.Thread(target=self._labour, daemon=True) for _ in range(count)]
        for thread in threads:
            thread.start()
        beaten = 0.0
        while any(thread.is_alive() for thread in threads):
            time.sleep(LOOK)
            if time.monotonic() - beaten > BEAT:
                beaten = time.monotonic()
                say_alive(self._me)
            if told_to_stop(self._me) and not self._stop.asked:
                self._stop.ask()

    def finish(self) -> list[RunResult]:
        if self._errors:
            raise self._errors[0]
        return self._results

    def _labour(self) -> None:
        try:
            self._results += work(self._shift)
        except BaseException as error:
            self._errors.append(error)
