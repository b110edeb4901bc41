from __future__ import annotations

import errno
import multiprocessing
import os
import stat
from pathlib import Path

import pytest

from gitexp.cache.checkout import save_and_link
from gitexp.cache.hashing import md5_bytes
from gitexp.cache.memory.memo import Memo
from gitexp.cache.objects import Objects
from gitexp.cache.store import Store
from gitexp.cache.tree import hash_path
from gitexp.cache.trouble import file_trouble
from gitexp.content import Hash
from gitexp.errors import ExpError

TYPES = ["copy", "hardlink", "symlink"]


def objects(root: Path) -> dict[str, int]:
    """Every file of the cache with its mode."""
    return {
        path.relative_to(root).as_posix(): stat.S_IMODE(path.stat().st_mode)
        for path in root.rglob("*")
        if path.is_file()
    }


def make_data(top: Path) -> Path:
    (top / "sub dir").mkdir(parents=True)
    (top / "a").write_text("a")
    (top / "same as a").write_text("a")
    (top / "sub dir" / "é").write_text("é")
    return top


def test_objects_lie_where_dvc_looks_for_them_and_are_read_only(work: Path) -> None:
    store = Store(work / "cache")
    content = store.save(make_data(work / "data"))
    assert content.nfiles == 3 and content.size == 4 and content == hash_path(work / "data")
    value = content.value
    assert objects(work / "cache") == {
        f"files/md5/{md5_bytes(b'a')[:2]}/{md5_bytes(b'a')[2:]}": 0o444,
        f"files/md5/{md5_bytes('é'.encode())[:2]}/{md5_bytes('é'.encode())[2:]}": 0o444,
        f"files/md5/{value[:2]}/{value[2:]}": 0o444,
    }
    assert store.has(content) and store.verify(content)


@pytest.mark.parametrize("kind", TYPES)
def test_saved_files_become_links_of_the_type_asked_for(work: Path, kind: str) -> None:
    store = Store(work / "cache")
    data = make_data(work / "data")
    content = save_and_link(store, data, [kind])
    stored = store.object_path(Hash(md5_bytes(b"a")))
    for name in ("a", "same as a"):
        path = data / name
        assert path.read_text() == "a"
        assert path.is_symlink() == (kind == "symlink")
        assert path.samefile(stored) == (kind != "copy")
        assert bool(path.stat().st_mode & 0o222) == (kind == "copy")
    assert hash_path(data) == content and store.verify(content)
    assert not list(work.rglob("*.tmp"))


@pytest.mark.parametrize("kind", TYPES)
def test_an_executable_keeps_its_bit_and_is_never_a_link(work: Path, kind: str) -> None:
    script = work / "run.sh"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    store = Store(work / "cache")
    content = save_and_link(store, script, [kind])
    assert content.isexec and os.access(script, os.X_OK)
    assert not script.is_symlink() and script.stat().st_nlink == 1
    assert stat.S_IMODE(store.object_path(content).stat().st_mode) == 0o444


def test_a_file_with_another_name_elsewhere_is_copied_not_adopted(work: Path) -> None:
    (work / "f").write_text("mine")
    os.link(work / "f", work / "other name")
    store = Store(work / "cache")
    content = save_and_link(store, work / "f", ["hardlink"])
    (work / "other name").write_text("changed")
    assert store.verify(content) and (work / "f").read_text() == "mine"


def test_a_linked_input_is_stored_by_content_and_becomes_a_file(work: Path) -> None:
    (work / "elsewhere").write_text("x")
    (work / "d").mkdir()
    (work / "d" / "link").symlink_to("../elsewhere")
    save_and_link(Store(work / "cache"), work / "d", ["reflink", "copy"])
    assert not (work / "d" / "link").is_symlink() and (work / "d" / "link").read_text() == "x"
    assert (work / "elsewhere").stat().st_nlink == 1


def test_an_existing_object_is_never_written(work: Path) -> None:
    store = Store(work / "cache")
    (work / "f").write_text("x")
    path = store.object_path(store.save(work / "f"))
    before = path.stat()
    (work / "g").write_text("x")
    Store(work / "cache").save(work / "g")
    after = path.stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


@pytest.mark.parametrize("kind", TYPES)
def test_a_writable_object_is_read_before_it_is_believed(work: Path, kind: str) -> None:
    (work / "f").write_text("good")
    content = Store(work / "cache").save(work / "f")
    path = Store(work / "cache").object_path(content)
    path.chmod(0o644)
    assert Store(work / "cache").has(content)
    assert stat.S_IMODE(path.stat().st_mode) == 0o444
    path.chmod(0o644)
    path.write_text("evil")
    damaged = Store(work / "cache")
    assert not damaged.has(content)
    save_and_link(damaged, work / "f", [kind])
    assert path.read_text() == "good" and damaged.has(content)


def test_a_directory_is_there_only_with_all_its_children(work: Path) -> None:
    store = Store(work / "cache")
    content = store.save(make_data(work / "data"))
    store.object_path(Hash(md5_bytes(b"a"))).unlink()
    again = Store(work / "cache")
    assert not again.has(content) and not again.verify(content)
    assert again.missing(content) == ["a", "same as a"]
    assert again.missing(content, only="sub dir") == []


def test_dvc_2_objects_are_read_where_they_lie(work: Path) -> None:
    value = md5_bytes(b"a\nb\n")
    path = work / "cache" / value[:2] / value[2:]
    path.parent.mkdir(parents=True)
    path.write_bytes(b"a\r\nb\r\n")
    store = Store(work / "cache")
    assert store.has(Hash(value, "md5-dos2unix")) and store.verify(Hash(value, "md5-dos2unix"))
    assert not store.has(Hash(value))


def test_what_has_no_object_is_not_there(work: Path) -> None:
    assert not Store(work / "cache").has(Hash("0x1", "etag"))
    assert Store(work / "cache").read_dir(Hash("1" * 32 + ".dir")) is None


def test_an_unreadable_file_leaves_nothing_half_written(work: Path) -> None:
    data = make_data(work / "data")
    (data / "zz").symlink_to("nowhere")
    with pytest.raises(ExpError):
        save_and_link(Store(work / "cache"), data, ["copy"])
    assert not list(work.rglob("*.tmp")) and not list(work.rglob("*.dir"))


def test_a_cache_that_can_not_be_made_is_an_error_with_a_hint(work: Path) -> None:
    (work / "cache").write_text("a file in the way")
    (work / "f").write_text("x")
    with pytest.raises(ExpError) as caught:
        save_and_link(Store(work / "cache"), work / "f", ["hardlink"])
    assert "cache" in caught.value.message
    assert (work / "f").read_text() == "x" and (work / "f").stat().st_nlink == 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_says_so(work: Path) -> None:
    with open("/dev/full", "wb", buffering=0) as full, pytest.raises(OSError) as caught:
        full.write(b"x")
    error = file_trouble("store", work / "f", caught.value)
    assert "no space left" in error.message and error.hint is not None and "free some space" in error.hint


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT])
def test_what_the_system_refuses_has_a_hint(work: Path, number: int) -> None:
    assert file_trouble("store", work, OSError(number, os.strerror(number))).hint


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_cache_is_an_error_and_the_data_stays(work: Path) -> None:
    (work / "cache").mkdir(mode=0o555)
    (work / "f").write_text("x")
    with pytest.raises(ExpError) as caught:
        save_and_link(Store(work / "cache"), work / "f", ["hardlink"])
    assert caught.value.hint and (work / "f").read_text() == "x"


def test_a_shared_cache_lets_the_group_write(work: Path) -> None:
    (work / "f").write_text("x")
    store = Store(work / "cache", shared=True)
    path = store.object_path(store.save(work / "f"))
    for folder in (path.parent, work / "cache" / "files", work / "cache"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o2775
    assert stat.S_IMODE(path.stat().st_mode) == 0o444


def test_a_file_that_changes_while_it_is_stored_gets_no_object(work: Path) -> None:
    """The change falls between hashing and linking: the one moment when adoption could go wrong."""
    path = work / "f"
    path.write_text("before")

    class LateChange(Memo):
        def file_md5(self, path: Path, stat: os.stat_result, algorithm: str = "md5") -> str:
            raise AssertionError("entry_md5 is the one asked")

        def entry_md5(self, folder: str, name: str, stat: os.stat_result, algorithm: str = "md5") -> str:
            found = super().entry_md5(folder, name, stat, algorithm)
            Path(folder, name).write_text("after it was hashed")
            return found

    store = Store(work / "cache")
    with pytest.raises(ExpError, match="changed while"):
        store.take_in(path, LateChange(None), None, adopt=True)
    assert not Store(work / "cache").has(Hash(md5_bytes(b"before")))


def save_in_process(root: str, path: str, gate: multiprocessing.synchronize.Barrier) -> None:
    gate.wait()
    save_and_link(Store(Path(root)), Path(path), ["hardlink"])


def test_processes_that_save_the_same_objects_at_once_all_succeed(work: Path) -> None:
    count = 4
    for number in range(count):
        folder = work / f"data{number}"
        folder.mkdir()
        for name in range(40):
            (folder / str(name)).write_text(f"content {name}")
    context = multiprocessing.get_context("fork")
    gate = context.Barrier(count)
    workers = [
        context.Process(target=save_in_process, args=(str(work / "cache"), str(work / f"data{n}"), gate))
        for n in range(count)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
        assert worker.exitcode == 0
    content = hash_path(work / "data0")
    assert content is not None and Store(work / "cache").verify(content)
    assert len(objects(work / "cache")) == 41 and not list(work.rglob("*.tmp"))
    assert all(hash_path(work / f"data{number}") == content for number in range(count))


def test_an_object_published_by_another_process_meanwhile_stays(work: Path) -> None:
    mine, theirs = Objects(work / "cache"), Objects(work / "cache")
    value = md5_bytes(b"x")
    for name in ("one", "two"):
        (work / name).write_text("x")
    mine.make_folder(mine.path(value))
    theirs.publish(str(work / "one"), value)
    before = os.stat(mine.path(value)).st_ino
    mine.publish(str(work / "two"), value)
    assert os.stat(mine.path(value)).st_ino == before and not (work / "two").exists()
