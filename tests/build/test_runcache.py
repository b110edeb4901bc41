"""Keys and files of the run cache, against ones that DVC 3.67 wrote."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

import pytest

from gitexp.build.runcache import RunCache, has_blind_spot, may_restore, may_save, run_key
from gitexp.cache.store import Store
from gitexp.content import Hash
from gitexp.pipeline.lock import LockedPath, LockEntry
from gitexp.pipeline.stage import Dep, DepKind, Out, OutKind, ParamDep, Stage

DATA = Hash("b1946ac92492d2347c6235b4d2611184", size=6)
COPIED = LockEntry(
    "cp data.txt prepared.txt", (LockedPath("data.txt", DATA),), {}, (LockedPath("prepared.txt", DATA),)
)
KEY = "28f3386cb8c0ed3d7d5c9b5f90a7fb6fd702521eca23ef73c14ec27bf11efd67"
VALUE = "986c5c30f91c89d2b03eadcfe60dbf1adf4c7828b0e95e70d7c1b0b55c47042c"
TEXT = """\
cmd: cp data.txt prepared.txt
deps:
- path: data.txt
  hash: md5
  md5: b1946ac92492d2347c6235b4d2611184
  size: 6
outs:
- path: prepared.txt
  hash: md5
  md5: b1946ac92492d2347c6235b4d2611184
  size: 6
"""


@pytest.fixture
def store(work: Path) -> Store:
    store = Store(work / "cache")
    (work / "data.txt").write_text("hello\n")
    store.save(work / "data.txt")
    return store


def test_the_key_is_dvcs() -> None:
    assert run_key(COPIED, ("prepared.txt",)) == KEY


def test_the_file_is_dvcs_in_name_and_bytes(store: Store) -> None:
    RunCache(store).save(COPIED)
    assert (store.root / "runs" / KEY[:2] / KEY / VALUE).read_text() == TEXT


def test_a_saved_run_is_found_by_its_inputs(store: Store) -> None:
    RunCache(store).save(COPIED)
    assert RunCache(store).find(KEY) == COPIED


def test_a_run_whose_outs_are_gone_is_not_found(store: Store) -> None:
    RunCache(store).save(COPIED)
    store.object_path(DATA).unlink()
    assert RunCache(Store(store.root)).find(KEY) is None


def test_of_several_runs_the_newest_is_found_and_damaged_ones_are_passed_over(store: Store) -> None:
    cache = RunCache(store)
    empty = store.root.parent / "empty"
    empty.touch()
    other = LockEntry(COPIED.cmd, COPIED.deps, {}, (LockedPath("prepared.txt", store.save(empty)),))
    cache.save(COPIED)
    cache.save(other)
    folder = store.root / "runs" / KEY[:2] / KEY
    os.utime(folder / VALUE, (2e9, 2e9))
    assert cache.find(KEY) == COPIED
    (folder / VALUE).write_text("cmd: [")
    assert cache.find(KEY) == other


@pytest.mark.parametrize(
    ("params", "blind"),
    [
        ({"params.yaml": {"size": 1}}, True),
        ({"params.yaml": {"net": {"layers": [{"nfiles": 2}]}}}, True),
        ({"size": {"lr": 1}}, True),
        ({"params.yaml": {"net.size": 1}}, False),
        ({"params.yaml": {"resize": 1}}, False),
    ],
)
def test_params_that_the_key_can_not_see_are_told(params: dict[str, dict[str, object]], blind: bool) -> None:
    entry = LockEntry("c", (), params)
    assert has_blind_spot(entry) is blind
    assert (run_key(entry, ("o",)) is None) is blind


def test_values_that_json_can_not_hold_have_no_key() -> None:
    assert run_key(LockEntry("c", (), {"p.yaml": {"day": datetime.date(2026, 1, 2)}}), ("o",)) is None


OUT = Out("o", "o")
DEP = Dep("i", "i")


def stage(**fields: object) -> Stage:
    return Stage(**{"name": "s", "file": "dvc.yaml", "cmd": "c", "deps": (DEP,), "outs": (OUT,), **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "restore", "save"),
    [
        ({}, True, True),
        ({"deps": (), "params": (ParamDep("p", "p", ("k",)),)}, True, True),
        ({"deps": ()}, False, False),
        ({"outs": ()}, False, False),
        ({"cmd": None}, False, False),
        ({"always_changed": True}, False, False),
        ({"deps": (Dep("s3://b/x", "s3://b/x", DepKind.URL),)}, False, False),
        ({"outs": (Out("o", "o", persist=True),)}, False, False),
        ({"outs": (Out("/o", "/o", cache=False),)}, False, False),
        ({"outs": (Out("o", "o", cache=False),)}, True, False),
        ({"outs": (Out("o", "o", OutKind.METRIC, cache=False),)}, True, True),
    ],
)
def test_which_stages_take_part(fields: dict[str, object], restore: bool, save: bool) -> None:
    assert (may_restore(stage(**fields)), may_save(stage(**fields))) == (restore, save)
