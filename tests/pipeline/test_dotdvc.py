""".dvc files: a node of the graph with locked hashes; rewritten without losing a comment."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gitexp.content import Hash
from gitexp.errors import ExpError
from gitexp.pipeline.dotdvc import dvc_file_of, read_dvc_file, write_dvc_file
from gitexp.pipeline.lock import LockedPath, LockEntry
from gitexp.pipeline.stage import DepKind, Out
from gitexp.pipeline.yaml import parse_yaml

NEW = Hash("d4346a2f8156c564d0082350690d3557", size=15)


def test_data_is_an_out_with_its_flags() -> None:
    text = b"""\
wdir: ..
desc: raw
outs:
- md5: 7073c1c1c6e4e665aea6c816d7a73d99.dir
  size: 22
  nfiles: 6
  hash: md5
  path: data
  cache: false
  push: false
  remote: r
  persist: true
  labels: [a]
  desc: d
  type: t
  meta: {k: 1}
"""
    stage = read_dvc_file(text, "s/t/data.dvc").stage
    assert (stage.address, stage.wdir, stage.desc) == ("s/t/data.dvc", "s", "raw")
    assert stage.cmd is None
    assert stage.is_data
    assert stage.outs == (
        Out(
            "data",
            "s/data",
            cache=False,
            persist=True,
            push=False,
            remote="r",
            desc="d",
            type="t",
            labels=("a",),
            meta={"k": 1},
        ),
    )
    locked = read_dvc_file(text, "s/t/data.dvc").locked
    assert locked.outs[0].hash == Hash("7073c1c1c6e4e665aea6c816d7a73d99.dir", size=22, nfiles=6)


def test_an_import_is_frozen_and_its_source_is_elsewhere() -> None:
    text = (
        b"locked: true\ndeps:\n- path: x\n  repo: {url: ../r, rev_lock: abc}\nouts:\n- {md5: aaaa, path: x}\n"
    )
    file = read_dvc_file(text, "x.dvc")
    assert file.stage.frozen
    assert file.stage.deps[0].kind is DepKind.URL
    assert file.locked.deps == (LockedPath("x", None, {"repo": {"url": "../r", "rev_lock": "abc"}}),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"outs:\n- path: a\n  foo: 1\n", "f.dvc:3: unknown key 'foo'."),
        (b"outs:\n- md5: aaaa\n", "f.dvc:2: the key 'path' is missing."),
        (b"cmd: x\nouts: []\n", "f.dvc:1: unknown key 'cmd'"),
        (b"outs: [{path: b.dvc}]\n", "f.dvc:1: 'b.dvc' is a file of DVC's own and can't be tracked."),
        (b"- 1\n", "f.dvc: expected a mapping, got a list."),
    ],
)
def test_a_bad_file_is_an_error_with_its_line(text: bytes, message: str) -> None:
    with pytest.raises(ExpError) as caught:
        read_dvc_file(text, "f.dvc")
    assert caught.value.message.startswith(message)


def test_a_new_file_is_as_dvc_writes_it() -> None:
    run = LockEntry(None, outs=(LockedPath("run.sh", replace(NEW, isexec=True)),))
    assert write_dvc_file(None, run) == (
        b"outs:\n- md5: d4346a2f8156c564d0082350690d3557\n  size: 15\n  isexec: true\n"
        b"  hash: md5\n  path: run.sh\n"
    )
    assert dvc_file_of("a/b/") == "a/b.dvc"


def test_an_update_keeps_comments_order_and_the_users_own_keys() -> None:
    old = b"""\
# where it came from
outs:
- path: data   # first on purpose
  desc: mine
  size: 3
  md5: b1946ac92492d2347c6235b4d2611184
  nfiles: 1
meta:
  owner: ann
"""
    new = write_dvc_file(old, LockEntry(None, outs=(LockedPath("data", NEW),)))
    assert (
        new
        == b"""\
# where it came from
outs:
- path: data   # first on purpose
  desc: mine
  size: 15
  md5: d4346a2f8156c564d0082350690d3557
  hash: md5
meta:
  owner: ann
"""
    )


def test_writing_what_is_there_changes_no_byte() -> None:
    old = b"outs: [{path:   a, md5: b1946ac92492d2347c6235b4d2611184}]\n"
    assert write_dvc_file(old, read_dvc_file(old, "a.dvc").locked) is old


def test_outs_may_come_and_go() -> None:
    old = b"outs:\n- {path: a, desc: keep, md5: aaaa}\n- {path: b, md5: bbbb}\n"
    locked = LockEntry(None, outs=(LockedPath("c", NEW), LockedPath("a", NEW)))
    outs = parse_yaml(write_dvc_file(old, locked), "f")["outs"]
    assert [(out["path"], out.get("desc"), out["md5"]) for out in outs] == [
        ("c", None, NEW.value),
        ("a", "keep", NEW.value),
    ]
