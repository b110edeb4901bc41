"""Locks read without a YAML parser: the same hashes, or nothing."""

from __future__ import annotations

import pytest

from gitexp.experiment.table.lock_scan import scan_lock
from gitexp.pipeline.lockfile import read_lock

MD5 = "d41d8cd98f00b204e9800998ecf8427e"
LOCK = f"""\
schema: '2.0'
stages:
  train@us-1:
    cmd: python train.py --name "a b"
      and more of it
    deps:
    - path: data/raw.csv
      hash: md5
      md5: {MD5}
      size: 3
    - path: ../above
      md5: {MD5}.dir
      size: 12
      nfiles: 2
    params:
      params.yaml:
        train.lr: 0.1
        layers:
        - 1
    outs:
    - path: model
      hash: md5
      md5: {MD5}
      size: 0
      isexec: true
  other:
    cmd:
    - one
    - two
"""


def test_the_scan_gives_what_the_parser_gives() -> None:
    scanned, parsed = scan_lock(LOCK.encode()), read_lock(LOCK.encode(), "dvc.lock")
    assert scanned is not None
    assert {name: (entry.deps, entry.outs) for name, entry in scanned.items()} == {
        name: (entry.deps, entry.outs) for name, entry in parsed.items()
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("schema: '2.0'", "schema: '1.0'"),
        ("schema: '2.0'", "# a comment\nschema: '2.0'"),
        ("  other:", "  'other':"),
        ("  other:", "  null:"),
        ("  other:", "  train@us-1:"),
        ("path: model", "path: 'model'"),
        ("path: model", "path: true"),
        ("path: model", "path: 1e3"),
        ("path: model", "path: größe"),
        ("path: model", "path: a #b"),
        ("size: 0", "size: 007"),
        ("size: 0", "size: 1_000"),
        ("      isexec: true", "      etag: abc"),
        (f"md5: {MD5}\n      size: 0", f"md5: {'1' * 32}\n      size: 0"),
        ("    outs:\n", "    outs: []\n"),
        ("\n  other:", "\n\tother:"),
    ],
)
def test_what_is_unusual_is_left_to_the_parser(old: str, new: str) -> None:
    assert old in LOCK
    assert scan_lock(LOCK.replace(old, new, 1).encode()) is None


def test_windows_line_ends_are_left_to_the_parser() -> None:
    assert scan_lock(LOCK.replace("\n", "\r\n").encode()) is None


def test_an_empty_lock_is_left_to_the_parser() -> None:
    assert scan_lock(b"") is None
