"""Params files that hold what no program is made for: an error with the file's name, never a crash."""

from __future__ import annotations

import pytest

from gitexp.errors import ExpError
from gitexp.pipeline.params import parse_params


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("p.json", b'{"a": ' + b"9" * 5000 + b"}"),
        ("p.json", b"[" * 100_000),
        ("p.yaml", b"a: 0x" + b"f" * 3990 + b"\n"),
        ("p.toml", b"a = " + b"9" * 5000 + b"\n"),
        ("p.toml", b"a = 0x" + b"f" * 5000 + b"\n"),
        ("p.toml", b"a = " + b"[" * 5000 + b"\n"),
        ("p.py", b"A = " + b"9" * 5000 + b"\n"),
        ("p.py", b"A = 0x" + b"f" * 5000 + b"\n"),
        ("p.py", b"A = " + b"-" * 30_000 + b"1\n"),
        ("p.py", b"A = " + b"[" * 300 + b"]" * 300 + b"\n"),
    ],
)
def test_numbers_and_depths_beyond_reason_are_errors(path: str, text: bytes) -> None:
    with pytest.raises(ExpError, match=path):
        parse_params(path, text)


def test_long_numbers_within_reason_are_read() -> None:
    assert parse_params("p.json", b'{"a": ' + b"9" * 3500 + b"}") == {"a": int("9" * 3500)}
    assert parse_params("p.yaml", b"a: 1" + b"0" * 400 + b"\n") == {"a": 10**400}
    assert parse_params("p.yaml", b"a: " + b"abcdef" * 1000 + b"\n") == {"a": "abcdef" * 1000}
