"""The Dask scheduler of a batch, as a job: gives itself the entries, and goes when nothing is left to do.

    python -m gitexp.queue.engines.dask.keeper FOLDER [--interface ib0]

It is what dask-jobqueue's job scripts run in the place of a worker, so it is told more than it wants to know.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from distributed import Client, Scheduler, fire_and_forget

from gitexp.atomic import write_atomic
from gitexp.queue.engines.dask import there
from gitexp.queue.engines.dask.batch import BEAT, Batch, batch_in
from gitexp.queue.engines.dask.standing import LEFT, word_without_workers

_LINGER = 10.0  # seconds without work after which it goes: more may be on its way
_LOOK = 0.5  # seconds between looks
_ALONE = 60.0  # seconds between questions whether a worker may come, while there is none
_DONE = ("memory", "erred", "released", "forgotten")
_OURS = "gitexp-"  # keys of our tasks begin so


async def keep(batch: Batch, **options: Any) -> None:
    """Be the scheduler of a batch until its work is done."""
    if batch.over_file.exists():
        return  # it was given up, and the batch system has begun its job (again) all the same
    async with Scheduler(**{"port": 0, "dashboard": False, **options}) as scheduler:
        write_atomic(batch.scheduler_file, json.dumps(scheduler.identity()).encode())
        async with Client(scheduler.address, asynchronous=True, set_as_default=False) as client:
            # Read after the file is there: who cancels an entry marks it first, and looks for the file then.
            loads = batch.read()
            for load in loads:
                future = client.submit(
                    there.whole(there.run), load.waybill, key=load.key, pure=False, **load.terms
                )
                fire_and_forget(future)
            why = await _until_done(scheduler, batch, {load.key: load.entry for load in loads})
        batch.end(why)
        batch.scheduler_file.unlink(missing_ok=True)


async def _until_done(scheduler: Scheduler, batch: Batch, waiting: dict[str, str]) -> str:
    """Wait for the end of the work; or, with a reason, for that of the last job that could do it.

    `waiting`: the entries by the keys of their tasks. Which of them begin is written down: should all end
    here, it was the others' bad luck, and not theirs.
    """
    busy = beaten = asked = time.monotonic()
    while time.monotonic() - busy < _LINGER:
        await asyncio.sleep(_LOOK)
        now = time.monotonic()
        if any(task.state not in _DONE for key, task in scheduler.tasks.items() if _is_ours(key)):
            busy = now
        # As workers' heartbeats say: one is given more tasks than it is at.
        at_work = {task.key for worker in scheduler.workers.values() for task in worker.executing}
        begun = [waiting.pop(key) for key in at_work & waiting.keys()]
        if begun:
            batch.add_begun(begun)
        if now - beaten > BEAT:
            beaten = now
            batch.beat()
        if scheduler.workers:
            asked = now
        elif now - asked > _ALONE:
            asked = now
            word = await asyncio.to_thread(word_without_workers, batch)
            if word is not None and word.state == LEFT and not scheduler.workers:
                return word.reason
    return ""


def _is_ours(key: object) -> bool:
    return isinstance(key, str) and key.startswith(_OURS)


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--interface")
    parser.add_argument("--protocol")
    told, _ = parser.parse_known_args(words)
    batch = batch_in(told.folder)
    named = {"interface": told.interface, "protocol": told.protocol}
    options = {**{key: value for key, value in named.items() if value}, **batch.scheduler_options()}
    asyncio.run(keep(batch, **options))


if __name__ == "__main__":
    main(sys.argv[1:])
