"""The cheap `dataclass` is the standard library's in all that a record does."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable, Iterator
from dataclasses import FrozenInstanceError, field
from typing import Any

import pytest

import gitexp.dataclass as ours


@ours.dataclass(frozen=True, slots=True)
class Stage:
    """A stage."""

    name: str
    cmd: str | None = None
    deps: list[str] = field(default_factory=list)
    secret: str = field(default="s", repr=False)


@ours.dataclass(frozen=True, slots=True)
class Timed(Stage):
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.seconds < 0:
            raise ValueError("no time is negative")


@ours.dataclass(frozen=True, slots=True)
class One:
    value: object


@ours.dataclass(frozen=True, slots=True)
class Nothing:
    pass


@ours.dataclass(frozen=True, slots=True, eq=False)
class Same:
    value: int

    def __iter__(self) -> Iterator[int]:
        return iter(())

    def __repr__(self) -> str:
        return "its own"


class Plain(Timed):
    """A subclass that is no dataclass itself."""

    __slots__ = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Standard:
    name: str
    cmd: str | None = None
    deps: list[str] = field(default_factory=list)
    secret: str = field(default="s", repr=False)


def test_fields_by_place_and_name() -> None:
    assert Stage("train", "python train.py") == Stage(name="train", cmd="python train.py", deps=[])
    assert Stage("a").deps is not Stage("a").deps
    assert [part.name for part in dataclasses.fields(Stage)] == ["name", "cmd", "deps", "secret"]
    assert Stage("train").cmd is None


@pytest.mark.parametrize(
    "call",
    [
        lambda kind: kind(),
        lambda kind: kind("a", nothing=1),
        lambda kind: kind("a", "b", [], "s", 5),
        lambda kind: kind("a", name="b"),
    ],
)
def test_wrong_arguments_are_refused_with_the_standard_words(call: Callable[[Any], object]) -> None:
    with pytest.raises(TypeError) as standard:
        call(Standard)
    for _ in range(2):  # the first call writes the method, the second uses it
        with pytest.raises(TypeError) as found:
            call(Stage)
        assert str(found.value) == str(standard.value).replace("Standard", "Stage")


def test_what_is_frozen_stays() -> None:
    stage = Stage("train")
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'name'"):
        stage.name = "x"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del stage.name
    with pytest.raises(FrozenInstanceError):
        stage.more = 1  # type: ignore[attr-defined]
    assert not hasattr(stage, "__dict__")


def test_shown_as_the_standard_library_shows() -> None:
    assert repr(Stage("a", deps=["b"])) == repr(Standard("a", deps=["b"])).replace("Standard", "Stage")
    assert repr(Nothing()) == "Nothing()"
    assert repr(Same(1)) == "its own"


def test_equal_by_class_and_values() -> None:
    nan = float("nan")
    assert Stage("a") != Standard("a")
    assert Timed("a") != Stage("a")
    assert Nothing() == Nothing()
    assert One(nan) == One(nan)
    assert One(1) != One(2)
    assert hash(One(1)) == hash(One(1))
    assert Same(1) != Same(1)
    assert len({Same(1), Same(1)}) == 2
    with pytest.raises(TypeError, match="unhashable"):
        hash(Stage("a"))


def test_replaced_copied_pickled_as_dict() -> None:
    timed = Timed("a", deps=["b"], seconds=2.5)
    assert dataclasses.replace(timed, cmd="c") == Timed("a", "c", ["b"], seconds=2.5)
    assert dataclasses.asdict(timed) == {
        "name": "a", "cmd": None, "deps": ["b"], "secret": "s", "seconds": 2.5,
    }  # fmt: skip
    assert copy.deepcopy(timed) == timed
    assert pickle.loads(pickle.dumps(timed)) == timed


def test_a_subclass_and_its_check() -> None:
    assert Plain("a", seconds=1).seconds == 1
    assert Timed("a", seconds=1) != Plain("a", seconds=1)
    with pytest.raises(ValueError, match="negative"):
        Timed("a", seconds=-1)
    assert list(inspect.signature(Timed).parameters) == ["name", "cmd", "deps", "secret", "seconds"]


def test_a_thread_that_comes_second_to_the_first_object() -> None:
    @ours.dataclass(frozen=True, slots=True)
    class New:
        value: int

    looked_up_before: Any = vars(New)["__init__"]
    first, second = New(1), New.__new__(New)
    looked_up_before(second, 1)
    assert first == second


def test_matched_by_place() -> None:
    match Stage("a", "b"):
        case Stage(name, cmd):
            assert (name, cmd) == ("a", "b")
