"""The record: the same bytes for the same surroundings, and anything at all may be read."""

from __future__ import annotations

import pytest

from gitexp.experiment.environment.record import (
    Environment,
    Interpreter,
    environment_text,
    environment_values,
    parse_environment,
)
from gitexp.experiment.table.compare import compare_files

ONE = Environment(
    os="Debian GNU/Linux 12 (bookworm)",
    machine="x86_64",
    cpus=8,
    gpus=("NVIDIA T4", "NVIDIA T4"),
    driver="535.1",
    python=Interpreter("~/é/bin/python", "3.11.7"),
    packages={"numpy": "1.26.4", "zope.interface": "6.0"},
    conda={"cuda": "11.8 h1"},
    gitexp="0.1.0",
)


def test_a_record_comes_back_as_it_was() -> None:
    assert parse_environment(environment_text(ONE)) == ONE
    bare = Environment("Darwin 23.1.0", "arm64", 2)
    assert parse_environment(environment_text(bare)) == bare


def test_the_order_of_packages_does_not_make_another_record() -> None:
    other = Environment(ONE.os, ONE.machine, ONE.cpus, packages={"b": "1", "a": "2"})
    same = Environment(ONE.os, ONE.machine, ONE.cpus, packages={"a": "2", "b": "1"})
    assert environment_text(other) == environment_text(same)


@pytest.mark.parametrize(
    "text", [b"", b"\xff", b"[]", b"3", b"{", b"[" * 100_000, b'{"os": "' + b"x" * 5_000_000 + b'"}']
)
def test_what_is_no_record_is_none(text: bytes) -> None:
    assert parse_environment(text) is None


def test_a_record_of_strange_values_is_read_as_text() -> None:
    text = (
        b'{"os": ["a"], "cpus": "8", "gpus": 3, "python": {"version": 3},'
        b' "packages": {"a": {"b": 1}}, "conda": 1}'
    )
    found = parse_environment(text)
    assert found is not None
    assert (found.os, found.cpus, found.gpus, found.conda) == ("['a']", 0, (), {})
    assert found.python == Interpreter("", "3", "", "")
    assert found.packages == {"a": "{'b': 1}"}
    environment_values(found)


def test_two_are_compared_like_params() -> None:
    other = Environment(
        ONE.os, ONE.machine, 4, python=Interpreter("~/é/bin/python", "3.12.0"), packages={"numpy": "2.0"}
    )
    changes = compare_files(environment_values(ONE), environment_values(other))
    told = {(one.file, one.key): (one.old, one.new) for one in changes}
    assert told[("python", "version")] == ("3.11.7", "3.12.0")
    assert told[("machine", "cpus")] == (8, 4)
    assert told[("packages", "numpy")] == ("1.26.4", "2.0")
    assert told[("packages", "zope.interface")] == ("6.0", None)
    assert told[("conda", "cuda")] == ("11.8 h1", None)
    assert ("machine", "os") not in told
