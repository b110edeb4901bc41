"""What a stage fetches is told soon, and then no more than once a second."""

from __future__ import annotations

from gitexp.build.events import Event, StageFetching
from gitexp.build.fetch_told import FetchTold
from gitexp.cache.traffic import Traffic


def test_many_files_are_few_events() -> None:
    told: list[StageFetching] = []

    def hear(event: Event) -> None:
        assert isinstance(event, StageFetching)
        told.append(event)

    moments = iter([5.0, 5.05, 5.1, 5.9, 6.05, 6.5, 7.2])
    fetching = FetchTold("train", hear, lambda: next(moments))
    fetching.hear(Traffic(0, 1))
    for files in range(1, 7):
        fetching.hear(Traffic(files, 6))
    assert [(one.traffic.files, one.traffic.all_files) for one in told] == [(0, 1), (1, 6), (4, 6), (6, 6)]
    assert {one.stage for one in told} == {"train"}
