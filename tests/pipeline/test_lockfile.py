"""dvc.lock: read, written in DVC's order, merged without touching what did not change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gitexp.content import Hash
from gitexp.errors import ExpError
from gitexp.pipeline.lock import LockedPath, LockEntry
from gitexp.pipeline.lockfile import entry_from_data, entry_to_data, merge_lock, read_lock
from gitexp.pipeline.yaml import parse_yaml

# Written by DVC 3.67.1, but for the comment.
LOCK = b"""\
schema: '2.0'
stages:
  train:
    cmd: python train.py
    deps:
    - path: e.sh
      hash: md5
      md5: 3e2b31c72181b87149ff995e7202c0e3
      size: 10
      isexec: true
    - path: prepared.txt
      hash: md5
      md5: b1946ac92492d2347c6235b4d2611184
      size: 6
    params:
      params.yaml:
        lr: 0.1
        train.layers:
        - 16
        - 32
      a.toml:
        x: 1e-05
    outs:
    - path: model
      hash: md5
      md5: 732394cdc1931773e71f92895d089150.dir
      size: 6
      nfiles: 3
  # evaluated by hand
  eval:
    cmd: python evaluate.py --with a --rather long --list of --options so that --the line --is
      --folded
    outs:
    - path: old.txt
      md5: b1946ac92492d2347c6235b4d2611184
"""
TRAIN = LockEntry(
    "python train.py",
    deps=(
        LockedPath("e.sh", Hash("3e2b31c72181b87149ff995e7202c0e3", size=10, isexec=True)),
        LockedPath("prepared.txt", Hash("b1946ac92492d2347c6235b4d2611184", size=6)),
    ),
    params={"params.yaml": {"lr": 0.1, "train.layers": [16, 32]}, "a.toml": {"x": 1e-05}},
    outs=(LockedPath("model", Hash("732394cdc1931773e71f92895d089150.dir", size=6, nfiles=3)),),
)


def test_entries_are_read_with_their_hashes() -> None:
    entries = read_lock(LOCK, "dvc.lock")
    assert list(entries) == ["train", "eval"]
    assert entries["train"] == TRAIN


def test_an_entry_without_hash_key_is_of_dvc_2() -> None:
    (out,) = read_lock(LOCK, "dvc.lock")["eval"].outs
    assert out.hash == Hash("b1946ac92492d2347c6235b4d2611184", "md5-dos2unix")
    assert "hash" not in entry_to_data(LockEntry("x", outs=(out,)))["outs"][0]


def test_a_list_of_commands_stays_one() -> None:
    entry = entry_from_data({"cmd": ["a", "b"]}, "f")
    assert entry.cmd == ("a", "b")
    assert entry_to_data(entry) == {"cmd": ["a", "b"]}


def test_what_is_not_ours_survives() -> None:
    data = {
        "cmd": "x",
        "deps": [
            {"path": "ds://set", "dataset": {"name": "set", "rev": 1}},
            {"path": "s3://k", "hash": "md5", "etag": "ABc", "size": 3, "cloud": {"r": {"version_id": "v"}}},
        ],
        "outs": [{"path": "o", "md5": None}],
    }  # fmt: skip
    entry = entry_from_data(data, "f")
    assert [dep.hash for dep in entry.deps] == [None, Hash("ABc", "etag", size=3)]
    assert entry.outs[0].hash is None
    written = entry_to_data(entry)
    assert written["deps"] == data["deps"]


def test_paths_params_and_keys_are_sorted_as_dvc_sorts_them() -> None:
    entry = LockEntry(
        "x",
        deps=(
            LockedPath("b", None),
            LockedPath("a/x", None),
            LockedPath("a.txt", None),
            LockedPath("B", None),
        ),
        params={"z.yaml": {"k": 1}, "params.yaml": {"b": 1, "a": {"z": (1, 2), "y": {3}}}, "a.yaml": {}},
    )
    data = entry_to_data(entry)
    assert [dep["path"] for dep in data["deps"]] == ["B", "a.txt", "a/x", "b"]
    assert list(data["params"]) == ["params.yaml", "a.yaml", "z.yaml"]
    assert list(data["params"]["params.yaml"].items()) == [("a", {"z": [1, 2], "y": [3]}), ("b", 1)]


def test_the_first_lock_is_a_whole_file() -> None:
    text = merge_lock(None, {"train": TRAIN})
    assert text == LOCK[: LOCK.index(b"  # evaluated")]
    assert merge_lock(b"", {"train": TRAIN}) == text


def test_merging_what_is_there_changes_no_byte() -> None:
    assert merge_lock(LOCK, {"train": TRAIN}) is LOCK
    other_order = replace(TRAIN, deps=TRAIN.deps[::-1])
    assert merge_lock(LOCK, {"train": other_order}) is LOCK


def test_merging_touches_only_the_lines_of_stages_that_changed() -> None:
    text = merge_lock(LOCK, {"train": replace(TRAIN, cmd="new"), "later": LockEntry("y")})
    assert text == LOCK.replace(b"cmd: python train.py", b"cmd: new") + b"  later:\n    cmd: y\n"


@pytest.mark.parametrize(
    "old",
    [
        b"{schema: '2.0', stages: {train: {cmd: x}, stale: {cmd: y}}}\n",
        b"schema: '2.0'\nstages:\n    train:\n        cmd: x\n    stale:\n        cmd: y",
        b"schema: '2.0'\r\nstages:\r\n  train:\r\n    cmd: x\r\n  stale:\r\n    cmd: y\r\n",
        b"schema: '2.0'\ndatasets: [{name: d}]\n",
        b"schema: '2.0'\nstages: {}\n",
    ],
)
def test_any_layout_can_be_merged_into(old: bytes) -> None:
    before = parse_yaml(old, "f")
    after = parse_yaml(merge_lock(old, {"train": TRAIN, "new": LockEntry("z")}), "f")
    expected = {**before.get("stages", {}), "train": entry_to_data(TRAIN), "new": {"cmd": "z"}}
    assert after == {**before, "stages": expected}
    assert list(after["stages"]) == list(expected)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"schema: '2.0'\nstages:\n  a:\n    outs: []\n", "dvc.lock:3: stage 'a': the key 'cmd' is missing."),
        (
            b"schema: '2.0'\nstages:\n  a: {cmd: x, outs: [{md5: q}]}\n",
            "dvc.lock:3: stage 'a': the key 'path'",
        ),
        (
            b"schema: '2.0'\nstages:\n  a: {cmd: x, params: [1]}\n",
            "dvc.lock:3: stage 'a': 'params': expected",
        ),
        (b"schema: '2.0'\nstages:\n  a: {cmd: 5}\n", "dvc.lock:3: stage 'a': 'cmd': expected text or a list"),
        (b"schema: '2.0'\n<<<<<<< HEAD\n", "dvc.lock:3:1: "),
        (b"a:\n  cmd: x\n", "dvc.lock: the lock was written by DVC 1"),
    ],
)
def test_a_damaged_lock_is_an_error_with_its_line(text: bytes, message: str) -> None:
    with pytest.raises(ExpError) as caught:
        read_lock(text, "dvc.lock")
    assert caught.value.message.startswith(message)


def test_a_damaged_entry_is_named_as_the_caller_names_it() -> None:
    with pytest.raises(ExpError, match="^runs/ab: 'cmd': expected text or a list, got nothing.$"):
        entry_from_data({"cmd": None}, "runs/ab")
