"""What an engine runs: entries of the queue, by their ids. Safe to run twice, and at two places at once.

Whoever renames an entry to running/ has it; a second one finds it taken, or done, and goes home. A job that
its engine starts again finds the entry taken by its own earlier life, and takes it over: the engine's word
that the former is gone counts more than a heartbeat. Should that one live on (a node that was cut off), it
sees within two seconds that its entry is no longer its own, and stops.

A job of several entries looks at the board before each: what was killed, removed, held or taken back is
passed over. When its engine stops it, what is done stays done; what ran and what waited goes to the next job.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext

from gitexp.build.stop import Stop, stop_on_signals
from gitexp.dataclass import dataclass
from gitexp.experiment.record import RunResult, State, Watcher, unwatched
from gitexp.git.owner import this_process
from gitexp.project import Project
from gitexp.queue.board import open_board
from gitexp.queue.engines.engine import Allocation
from gitexp.queue.engines.recover import look_after
from gitexp.queue.engines.tickets import Tickets
from gitexp.queue.execute import open_engine
from gitexp.queue.post import Post, Taken
from gitexp.queue.side_by_side import device_shares, side_by_side
from gitexp.queue.worker import Shift, carry_out

Told = Callable[[str, RunResult | None], None]


@dataclass(frozen=True, slots=True)
class Pace:
    """`jobs`: stage commands at once; `entries`: how many of a job's entries run beside each other."""

    jobs: int | None = None
    entries: int = 1


ONE_BY_ONE = Pace()


def run_task(
    project: Project,
    identity: str,
    allocation: Allocation | None = None,
    watcher: Watcher = unwatched,
    stop: Stop | None = None,
    jobs: int | None = None,
) -> RunResult | None:
    """Run the entry of this id to its end and publish the result; None when it is not there to be run."""
    return run_tasks(project, [identity], allocation, watcher, stop, Pace(jobs))[identity]


def run_tasks(
    project: Project,
    identities: Sequence[str],
    allocation: Allocation | None = None,
    watcher: Watcher = unwatched,
    stop: Stop | None = None,
    pace: Pace = ONE_BY_ONE,
    told: Told = lambda entry, result: None,
) -> dict[str, RunResult | None]:
    """Run these entries in their order; how each ended, None for those that were not there to be run.

    `told` hears of each as soon as it has ended. `stop` is asked by signals too; one entry alone is stopped
    by those who kill it.
    """
    board = open_board(project.repo)
    post = Post(board, Tickets(board.folder), this_process(), allocation, alone=len(identities) == 1)
    results: dict[str, RunResult | None] = dict.fromkeys(identities)
    with stop_on_signals(stop) as asked, allocation.listening(asked) if allocation else nullcontext():
        waiting = iter(identities)

        def entries() -> Iterator[Taken]:
            for identity in waiting:
                taken = post.take(identity)
                if taken is not None:
                    yield taken
                else:
                    told(identity, None)
                if asked.asked:
                    return

        coming = entries()
        first = next(coming, None)
        if first is None:
            return results
        if allocation is not None and len(identities) > 1:
            allocation.begin()
        # Devices are the engine's to give: what it has set for this job is what the commands see.
        with open_engine(project, pace.jobs, gpus="") as engine:
            shares = device_shares(pace.entries)

            def run(taken: Taken, place: int) -> None:
                seeing = engine.seeing(shares[place])
                shift = Shift(board, post.me, taken.by(seeing), asked, lambda: False, watcher)
                result = carry_out(shift, taken.job)
                results[taken.job.id] = result
                if asked.asked and result.state is not State.SUCCESS:
                    post.keep(taken.job, result)  # why we were stopped is asked once, of all
                else:
                    post.end(taken.job, result)
                told(taken.job.id, result)

            side_by_side(first, coming, run, pace.entries)
        if asked.asked:
            post.hand_on(list(waiting))
    if not asked.asked and allocation is not None:
        look_after(project)
    return results
