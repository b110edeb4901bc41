"""What a snapshot leaves out is said once, with what helps."""

from __future__ import annotations

from gitexp.experiment.run.prepare import warnings_of
from gitexp.git.snapshot import Snapshot


def test_nothing_left_out_is_nothing_to_say() -> None:
    assert warnings_of(Snapshot("tree")) == []


def test_big_files_and_nested_repositories_are_told_apart() -> None:
    big, nested = warnings_of(Snapshot("tree", ("a.bin", "lib/")))
    assert big.message == "too big for a commit, so the run does not see: a.bin"
    assert big.hint is not None
    assert "`exp add a.bin`" in big.hint
    assert nested.message == "a Git repository of its own, so the run does not see: lib/"
    assert nested.hint is not None
    assert "submodule" in nested.hint


def test_of_many_the_first_five_are_named() -> None:
    (warning,) = warnings_of(Snapshot("tree", tuple(f"{n}.bin" for n in range(8))))
    assert warning.message.endswith("0.bin, 1.bin, 2.bin, 3.bin, 4.bin and 3 more")
