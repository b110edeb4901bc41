"""What was read before is read no more; what can't be kept exactly is not kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitexp.errors import ExpError
from gitexp.pipeline.lockfile import read_lock
from gitexp.pipeline.manifest import read_manifest
from gitexp.pipeline.parse_cache import ParseCache

STAGES = "stages:\n" + "".join(
    f"  s{i}:\n    cmd: echo {i}\n    deps: [a, b]\n    meta: {{x: 1.5, y: [null, true, é]}}\n"
    for i in range(400)
)
LOCK = "schema: '2.0'\nstages:\n" + "".join(
    f"  s{i}:\n    cmd: echo\n    deps:\n    - {{path: a, hash: md5, md5: abc, size: 3}}\n    params:\n"
    f"      p.yaml: {{a: {i}, b: .inf}}\n"
    for i in range(300)
)


@pytest.fixture
def cache(work: Path) -> ParseCache:
    return ParseCache(work / "parsed")


def kept(work: Path) -> list[Path]:
    return sorted((work / "parsed").glob("*")) if (work / "parsed").is_dir() else []


def test_the_second_reading_is_the_first(work: Path, cache: ParseCache) -> None:
    text = STAGES.encode()
    first = read_manifest(text, "dvc.yaml", cache)
    assert len(kept(work)) == 1
    assert read_manifest(text, "dvc.yaml", cache) == first == read_manifest(text, "dvc.yaml")
    assert read_manifest(text, "sub/dvc.yaml", cache).file == "sub/dvc.yaml"
    locked = read_lock(LOCK.encode(), "dvc.lock", cache)
    assert read_lock(LOCK.encode(), "dvc.lock", cache) == locked == read_lock(LOCK.encode(), "dvc.lock")


def test_it_is_the_kept_file_that_answers(work: Path, cache: ParseCache) -> None:
    text = STAGES.encode()
    read_manifest(text, "dvc.yaml", cache)
    (path,) = kept(work)
    path.write_text(path.read_text().replace("echo 7", "echo kept"))
    assert read_manifest(text, "dvc.yaml", cache).data["stages"]["s7"]["cmd"] == "echo kept"


@pytest.mark.parametrize("damage", ["", "[", "[1]", "[1, 2]", '[{}, [["a"]]]', "null"])
def test_a_damaged_file_is_read_as_none(work: Path, cache: ParseCache, damage: str) -> None:
    text = STAGES.encode()
    whole = read_manifest(text, "dvc.yaml", cache)
    (path,) = kept(work)
    path.write_text(damage)
    assert read_manifest(text, "dvc.yaml", cache) == whole


@pytest.mark.parametrize("meta", ["{1: a}", "2020-01-01", ".nan"])
def test_what_json_can_not_say_exactly_is_not_kept(work: Path, cache: ParseCache, meta: str) -> None:
    text = f"{STAGES}  odd:\n    cmd: echo\n    meta: {meta}\n".encode()
    read_manifest(text, "dvc.yaml", cache)
    assert kept(work) == []


def test_what_is_wrong_is_an_error_every_time(work: Path, cache: ParseCache) -> None:
    text = f"{STAGES}  bad:\n    cmd: echo\n    nonsense: 1\n".encode()
    for _ in range(2):
        with pytest.raises(ExpError, match="nonsense"):
            read_manifest(text, "dvc.yaml", cache)
    assert kept(work) == []


def test_small_files_are_not_worth_it_and_old_ones_go(work: Path, cache: ParseCache) -> None:
    read_manifest(b"stages: {}\n", "dvc.yaml", cache)
    assert kept(work) == []
    for number in range(20):
        read_manifest(f"{STAGES}# {number}\n".encode(), "dvc.yaml", cache)
    assert len(kept(work)) == 12


def test_a_folder_that_can_not_be_written_is_no_reason_to_fail(work: Path) -> None:
    (work / "file").write_text("")
    cache = ParseCache(work / "file" / "parsed")
    assert read_manifest(STAGES.encode(), "dvc.yaml", cache).data["stages"]
