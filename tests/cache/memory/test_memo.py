from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from gitexp.cache.memory import memo as memo_module
from gitexp.cache.memory.log import Log, compact, encode, pack
from gitexp.cache.memory.memo import COARSE_TICK_NS, FINE_TICK_NS, Memo, is_settled

LONG_AGO = 1_600_000_000_123_456_789
WRONG = "0" * 32


def settled_file(path: Path, text: str = "hi") -> os.stat_result:
    """A file last written long ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, ns=(LONG_AGO, LONG_AGO))
    return path.stat()


def remember(memo: Memo, path: Path, md5: str = WRONG) -> os.stat_result:
    """Plant an md5 that shows whether the memo was asked or the file read."""
    stat = path.stat()
    memo.record(str(path.parent), path.name, stat, md5, time.time_ns())
    return stat


def test_an_unchanged_file_is_not_read_again(work: Path) -> None:
    settled_file(work / "a")
    memo = Memo(None)
    stat = remember(memo, work / "a")
    assert memo.file_md5(work / "a", stat) == WRONG


def test_what_was_learnt_is_there_for_the_next_process(work: Path) -> None:
    for name in ("a", "b ü", "c\nd"):
        settled_file(work / "data" / name)
    with Memo(work / "memo" / "log") as first:
        for name in ("a", "b ü", "c\nd"):
            remember(first, work / "data" / name)
    second = Memo(work / "memo" / "log")
    for name in ("a", "b ü", "c\nd"):
        assert second.file_md5(work / "data" / name, (work / "data" / name).stat()) == WRONG


@pytest.mark.parametrize("change", ["content", "mtime", "inode", "mode"])
def test_a_changed_file_is_read(work: Path, change: str) -> None:
    path = work / "a"
    settled_file(path)
    memo = Memo(None)
    remember(memo, path)
    if change == "content":
        path.write_text("hi!")
        os.utime(path, ns=(LONG_AGO, LONG_AGO))
    elif change == "mtime":
        os.utime(path, ns=(LONG_AGO, LONG_AGO + 1))
    elif change == "inode":
        settled_file(work / "other")
        os.replace(work / "other", path)
    else:
        time.sleep(0.02)
        path.chmod(0o600)  # changes the ctime, as a write that puts the mtime back would
    assert memo.file_md5(path, path.stat()) != WRONG


def test_links_of_a_read_only_object_stay_known_when_another_link_appears(work: Path) -> None:
    path = work / "a"
    settled_file(path)
    path.chmod(0o444)
    os.link(path, work / "object")
    memo = Memo(None)
    remember(memo, path)
    time.sleep(0.02)
    os.link(path, work / "third")
    assert memo.lookup(str(work), "a", path.stat()) == WRONG


def test_a_file_written_in_this_tick_is_not_remembered(work: Path) -> None:
    path = work / "a"
    path.write_text("one")
    memo = Memo(None)
    stat = path.stat()
    memo.record(str(work), "a", stat, WRONG, stat.st_mtime_ns)
    assert memo.lookup(str(work), "a", stat) is None


def test_the_tick_is_two_seconds_where_stamps_are_whole_seconds() -> None:
    fine, coarse = 1_700_000_000_500_000_000, 1_700_000_000_000_000_000
    assert is_settled(fine, fine + FINE_TICK_NS) and not is_settled(fine, fine + FINE_TICK_NS - 1)
    assert is_settled(coarse, coarse + COARSE_TICK_NS) and not is_settled(coarse, coarse + FINE_TICK_NS)


def test_text_hashes_of_dvc_2_are_kept_apart(work: Path) -> None:
    path = work / "a"
    settled_file(path, "a\r\n")
    with Memo(work / "log") as memo:
        plain = memo.file_md5(path, path.stat())
        text = memo.file_md5(path, path.stat(), "md5-dos2unix")
    assert plain != text
    again = Memo(work / "log")
    assert again.lookup(str(work), "a", path.stat()) == plain
    assert again.lookup(str(work), "a", path.stat(), "md5-dos2unix") == text


@pytest.mark.parametrize("damage", ["cut", "flip", "front", "nonsense", "empty"])
def test_damage_costs_only_what_was_damaged(work: Path, damage: str) -> None:
    log = work / "log"
    for folder in ("one", "two", "three"):
        settled_file(work / folder / "f")
        with Memo(log) as memo:
            remember(memo, work / folder / "f")
    data = log.read_bytes()
    assert len(list(Log(log).new_blocks())) == 3
    broken, lost = {
        "cut": (data[:-5], {"three"}),
        "flip": (data[:-60] + bytes([data[-60] ^ 255]) + data[-59:], {"three"}),
        "front": (data[3:], {"one"}),
        "nonsense": (b"\0" * 100 + data, set()),
        "empty": (b"", {"one", "two", "three"}),
    }[damage]
    log.write_bytes(broken)
    memo = Memo(log)
    known = {
        folder
        for folder in ("one", "two", "three")
        if memo.lookup(str(work / folder), "f", (work / folder / "f").stat())
    }
    assert known == {"one", "two", "three"} - lost


def test_two_processes_that_append_both_are_heard(work: Path) -> None:
    for name in ("a", "b"):
        settled_file(work / name)
    first, second = Memo(work / "log"), Memo(work / "log")
    remember(first, work / "a")
    remember(second, work / "b")
    first.close()
    second.close()
    third = Memo(work / "log")
    assert third.lookup(str(work), "a", (work / "a").stat()) == WRONG
    assert third.lookup(str(work), "b", (work / "b").stat()) == WRONG


def test_compacting_keeps_the_last_word_and_drops_what_is_gone(work: Path) -> None:
    settled_file(work / "kept" / "f")
    settled_file(work / "gone" / "f")
    log = work / "log"
    for md5 in ("1" * 32, "2" * 32):
        with Memo(log) as memo:
            remember(memo, work / "kept" / "f", md5)
            remember(memo, work / "gone" / "f", md5)
    gone = (work / "gone" / "f").stat()
    (work / "gone" / "f").unlink()
    before = log.stat().st_size
    compact(log)
    assert log.stat().st_size < before / 2
    memo = Memo(log)
    assert memo.lookup(str(work / "kept"), "f", (work / "kept" / "f").stat()) == "2" * 32
    assert memo.lookup(str(work / "gone"), "f", gone) is None


def test_a_log_that_only_grows_is_compacted_by_itself(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo_module, "_COMPACT_BYTES", 1000)
    settled_file(work / "f")
    for number in range(50):
        with Memo(work / "log") as memo:
            remember(memo, work / "f", f"{number:032x}")
    assert (work / "log").stat().st_size < 2000
    assert Memo(work / "log").lookup(str(work), "f", (work / "f").stat()) == f"{49:032x}"


def test_a_memo_that_can_not_be_written_is_no_error(work: Path) -> None:
    settled_file(work / "f")
    (work / "file").write_text("in the way")
    with Memo(work / "file" / "log") as memo:
        remember(memo, work / "f")


def test_a_large_folder_is_split_so_that_damage_is_bounded(work: Path) -> None:
    row = pack((1, 2, 3, 4, b"x" * 16))
    (work / "log").write_bytes(encode(b"/data", {str(number).encode(): row for number in range(10_000)}))
    log = Log(work / "log")
    found = list(log.new_blocks())
    assert [folder for folder, _ in found] == [b"/data"] * 3
    assert sum(len(log.rows(place)) for _, place in found) == 10_000


def test_what_is_learnt_is_written_on_the_way_and_still_known(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memo_module, "_SPILL", 10)
    names = [f"{number:03}" for number in range(95)]
    for name in names:
        settled_file(work / "data" / name)
    with Memo(work / "log") as memo:
        for name in names:
            remember(memo, work / "data" / name, f"{int(name):032x}")
        remember(memo, work / "data" / "050", "f" * 32)
        assert (work / "log").stat().st_size > 4000
        for again in (memo, Memo(work / "log")):
            known = [again.lookup(str(work / "data"), name, (work / "data" / name).stat()) for name in names]
            assert known[:50] == [f"{int(name):032x}" for name in names[:50]]
            assert known[50] == "f" * 32 if again is memo else known[50] == f"{50:032x}"


def test_a_log_that_was_compacted_by_another_process_is_found_again(work: Path) -> None:
    for name in ("a", "b"):
        settled_file(work / name)
    with Memo(work / "log") as first:
        remember(first, work / "a")
    memo = Memo(work / "log")
    assert memo.lookup(str(work), "a", (work / "a").stat()) == WRONG
    compact(work / "log")
    remember(memo, work / "b")
    memo.flush()
    for name in ("a", "b"):
        assert memo.lookup(str(work), name, (work / name).stat()) == WRONG
        assert Memo(work / "log").lookup(str(work), name, (work / name).stat()) == WRONG
