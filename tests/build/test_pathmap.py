from __future__ import annotations

from gitexp.build.pathmap import PathMap, ancestors


def test_what_lies_around_and_below_is_known_without_a_scan() -> None:
    paths = PathMap({"a/b": 1, "a/b/c/d": 2, "ab": 3})
    assert paths.get("a/b") == 1
    assert paths.around("a/b/c/x") == ("a/b", "c/x", 1)
    assert paths.around("ab") is None
    assert paths.below("a") == {"a/b": 1, "a/b/c/d": 2}
    assert paths.below(".") == {"a/b": 1, "a/b/c/d": 2, "ab": 3}
    assert paths.overlaps("a/b/c")
    assert not paths.overlaps("a/x")


def test_dropping_a_path_drops_what_it_overlaps_with() -> None:
    paths = PathMap({"a": 1, "a/b": 2, "a/b/c": 3, "a/x": 4, "z": 5})
    paths.drop_overlapping("a/b")
    assert paths.as_dict() == {"a/x": 4, "z": 5}
    assert paths.below("a") == {"a/x": 4}


def test_ancestors_end_at_the_root_and_not_outside_it() -> None:
    assert list(ancestors("a/b/c")) == [("a/b", "c"), ("a", "b/c"), (".", "a/b/c")]
    assert list(ancestors("/abs/x")) == [("/abs", "x")]
    assert list(ancestors("../x")) == [("..", "x")]
