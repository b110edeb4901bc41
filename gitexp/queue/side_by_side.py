"""Several entries in one job: one after another, or some beside each other, with the devices shared out."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_DEVICES = ("CUDA_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES")

Item = TypeVar("Item")


def side_by_side(first: Item, coming: Iterator[Item], run: Callable[[Item, int], None], count: int) -> None:
    """Run `first` and what comes, `count` at once; `run` is told which of the places it has.

    Alone, everything runs in the calling thread. An error of `run` is raised when the others have ended.
    """
    if count == 1:
        run(first, 0)
        for item in coming:
            run(item, 0)
        return
    lock, ready = threading.Lock(), [first]

    def labour(place: int) -> None:
        while True:
            with lock:
                item = ready.pop() if ready else next(coming, None)
            if item is None:
                return
            run(item, place)

    with ThreadPoolExecutor(count) as pool:
        for done in [pool.submit(labour, place) for place in range(count)]:
            done.result()


def device_shares(count: int, environ: Mapping[str, str] = os.environ) -> list[dict[str, str]]:
    """For each of `count` places the devices that its commands see, as variables of the environment.

    Empty where there are fewer devices than places, or just one place: then all see what the job has.
    """
    shares: list[dict[str, str]] = [{} for _ in range(count)]
    for variable in _DEVICES if count > 1 else ():
        named = [word for word in environ.get(variable, "").split(",") if word]
        each = len(named) // count
        for place, share in enumerate(shares if each else ()):
            share[variable] = ",".join(named[place * each : (place + 1) * each])
    return shares
