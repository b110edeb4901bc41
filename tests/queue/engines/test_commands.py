"""How jobs are named to Slurm's commands."""

from __future__ import annotations

from gitexp.queue.engines.slurm.commands import in_ranges


def test_tasks_of_an_array_are_named_as_ranges() -> None:
    assert in_ranges(["12_3", "9", "12_1", "12_2", "13_0", "12_7", "12_3"]) == ["9", "12_[1-3,7]", "13_[0]"]
    assert in_ranges(["12"]) == ["12"]
    assert in_ranges([]) == []
    many = in_ranges([f"4_{index}" for index in range(0, 500, 2)])
    assert len(many) == 3
    assert many[2].startswith("4_[400,402,")
