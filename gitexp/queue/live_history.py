"""The values that a metric had in each step, from the files that DVCLive keeps beside its metrics.json:

    dvclive/metrics.json                 {"train": {"loss": 0.3}, "step": 2}
    dvclive/plots/metrics/train/loss.tsv     step, loss; a line a step

So who begins to watch in the middle of a run sees how it came to where it is.
"""

from __future__ import annotations

import os
from pathlib import Path

_TAIL = 1 << 13  # bytes: more than the last few dozen lines


def steps_of(metrics_file: Path, key: str, most: int) -> list[float]:
    """The last `most` values of the metric `key` (names joined by dots); none where DVCLive kept none."""
    folder = metrics_file.parent / "plots" / "metrics"
    # A dot parts two levels, or belongs to a name: mAP@0.5.
    for name in dict.fromkeys((key.replace(".", "/"), key)):
        path = folder / f"{name}.tsv"
        if folder in path.parents and ".." not in path.parts and path.is_file():
            return _last_column(path)[-most:]
    return []


def _last_column(path: Path) -> list[float]:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _TAIL))
        lines = file.read(_TAIL).decode("utf-8", "replace").split("\n")
    found = []
    # The first line is the header, or cut off; the last is empty, or half written.
    for line in lines[1:-1]:
        try:
            found.append(float(line.rpartition("\t")[2]))
        except ValueError:
            continue
    return found
