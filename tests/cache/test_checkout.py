from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from gitexp.cache.checkout import MissingObjects, checkout, remove, save_and_link, unprotect
from gitexp.cache.dvcignore import DvcIgnore
from gitexp.cache.hashing import md5_bytes
from gitexp.cache.memory.memo import Memo
from gitexp.cache.store import Store
from gitexp.cache.tree import hash_path
from gitexp.content import Hash
from gitexp.errors import ExpError

TYPES = [["copy"], ["hardlink"], ["symlink"], ["reflink", "hardlink"], ["reflink", "copy"]]
COPY = ["copy"]


@pytest.fixture
def store(work: Path) -> Store:
    return Store(work / "cache")


def saved(store: Store, files: dict[str, str]) -> Hash:
    """The hash of a folder with these files, whose objects are in the store."""
    top = store.root.parent / "made"
    for path, text in files.items():
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_text(text)
    content = store.save(top)
    remove(top)
    return content


def tree(top: Path) -> dict[str, str]:
    return {p.relative_to(top).as_posix(): p.read_text() for p in top.rglob("*") if p.is_file()}


FILES = {"a": "1", "b ü": "2", "sub/c": "3", "sub/deep/d": "4"}


@pytest.mark.parametrize("types", TYPES)
def test_a_folder_comes_back_whole(store: Store, work: Path, types: list[str]) -> None:
    content = saved(store, FILES)
    memo = Memo(None)
    assert checkout(store, content, work / "out", types, memo=memo)
    assert tree(work / "out") == FILES and hash_path(work / "out") == content
    assert not checkout(store, content, work / "out", types, memo=memo)
    assert not list(work.rglob("*.tmp"))


@pytest.mark.parametrize("types", TYPES)
def test_what_differs_is_replaced_and_what_is_extra_goes(store: Store, work: Path, types: list[str]) -> None:
    content = saved(store, FILES)
    out = work / "out"
    for path, text in {"a": "changed", "new/x": "extra", "sub": "a file where a folder must be"}.items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_text(text)
    (out / "b ü" / "in the way").mkdir(parents=True)
    assert checkout(store, content, out, types)
    assert tree(out) == FILES and not (out / "new").exists()
    assert store.verify(content)


def test_files_that_match_are_left_alone(store: Store, work: Path) -> None:
    content = saved(store, FILES)
    checkout(store, content, work / "out", COPY)
    before = (work / "out" / "sub" / "c").stat()
    (work / "out" / "a").write_text("changed")
    checkout(store, content, work / "out", COPY)
    after = (work / "out" / "sub" / "c").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


@pytest.mark.parametrize("only", ["sub", "sub/", "sub/c"])
def test_one_path_of_a_folder_can_come_alone(store: Store, work: Path, only: str) -> None:
    content = saved(store, FILES)
    out = work / "out"
    out.mkdir()
    (out / "a").write_text("mine")
    (out / "extra").write_text("mine too")
    assert checkout(store, content, out, COPY, only=only)
    inside = {path: text for path, text in FILES.items() if path == only or path.startswith("sub/")}
    if only == "sub/c":
        inside = {"sub/c": "3"}
    assert tree(out) == {"a": "mine", "extra": "mine too", **inside}
    assert not checkout(store, content, out, COPY, only=only)


def test_bringing_one_path_needs_only_its_object(store: Store, work: Path) -> None:
    content = saved(store, FILES)
    store.object_path(Hash(md5_bytes(b"1"))).unlink()
    fresh = Store(work / "cache")
    assert checkout(fresh, content, work / "out", COPY, only="sub/c")
    with pytest.raises(MissingObjects) as caught:
        checkout(fresh, content, work / "out", COPY)
    assert caught.value.paths == ("a",)
    assert tree(work / "out") == {"sub/c": "3"}


@pytest.mark.parametrize("types", TYPES)
def test_a_file_replaces_what_is_there(store: Store, work: Path, types: list[str]) -> None:
    (work / "f").write_text("x")
    content = store.save(work / "f")
    (work / "dir" / "below").mkdir(parents=True)
    (work / "link").symlink_to("nowhere")
    for name in ("f", "dir", "link", "new/place"):
        checkout(store, content, work / name, types)
        assert (work / name).read_text() == "x"
    assert not (work / "nowhere").exists()


@pytest.mark.parametrize("types", TYPES)
def test_an_executable_is_executable_and_its_object_is_not(
    store: Store, work: Path, types: list[str]
) -> None:
    (work / "f").write_text("x")
    (work / "f").chmod(0o755)
    content = store.save(work / "f")
    (work / "f").chmod(0o644)
    assert checkout(store, content, work / "f", types) and os.access(work / "f", os.X_OK)
    checkout(store, content, work / "g", types)
    assert os.access(work / "g", os.X_OK)
    assert stat.S_IMODE(store.object_path(content).stat().st_mode) == 0o444


def test_an_empty_folder_comes_back_empty(store: Store, work: Path) -> None:
    (work / "empty").mkdir()
    content = store.save(work / "empty")
    assert (content.value, content.nfiles) == ("d751713988987e9331980363e24189ce.dir", 0)
    checkout(store, content, work / "out", COPY)
    assert (work / "out").is_dir() and not tree(work / "out")


def test_ignored_files_are_not_extra(store: Store, work: Path) -> None:
    content = saved(store, FILES)
    (work / ".dvcignore").write_text("*.tmp2\n")
    (work / "out").mkdir()
    (work / "out" / "notes.tmp2").write_text("mine")
    checkout(store, content, work / "out", COPY, ignored=DvcIgnore(work).ignored)
    assert tree(work / "out") == {**FILES, "notes.tmp2": "mine"}


def test_dvc_2_data_comes_back_as_it_was_stored(store: Store, work: Path) -> None:
    value = md5_bytes(b"a\nb\n")
    stored = work / "cache" / value[:2] / value[2:]
    stored.parent.mkdir(parents=True)
    stored.write_bytes(b"a\r\nb\r\n")
    stored.chmod(0o444)
    checkout(store, Hash(value, "md5-dos2unix"), work / "f", COPY)
    assert (work / "f").read_bytes() == b"a\r\nb\r\n"
    assert not checkout(store, Hash(value, "md5-dos2unix"), work / "f", COPY)


def test_what_was_checked_out_is_known_without_reading(store: Store, work: Path) -> None:
    content = saved(store, {"a": "1"})
    stored = store.object_path(Hash(md5_bytes(b"1")))
    os.utime(stored, ns=(1_600_000_000_123_000_000, 1_600_000_000_123_000_000))
    memo = Memo(None)
    checkout(store, content, work / "out", ["hardlink"], memo=memo)
    assert memo.lookup(str(work / "out"), "a", (work / "out" / "a").stat()) == md5_bytes(b"1")


@pytest.mark.parametrize("types", [["hardlink"], ["symlink"]])
def test_unprotected_data_is_writable_and_the_object_stays(
    store: Store, work: Path, types: list[str]
) -> None:
    content = saved(store, FILES)
    checkout(store, content, work / "out", types)
    unprotect(work / "out")
    (work / "out" / "a").write_text("changed")
    (work / "out" / "sub" / "c").write_text("changed")
    assert store.verify(content) and not list(work.rglob("*.tmp"))


def test_files_of_a_hardlinked_folder_can_not_be_written_by_mistake(store: Store, work: Path) -> None:
    content = saved(store, FILES)
    checkout(store, content, work / "out", ["hardlink"])
    assert {stat.S_IMODE(p.stat().st_mode) for p in (work / "out").rglob("*") if p.is_file()} == {0o444}


def test_anything_can_be_removed_and_nothing_is_fine(store: Store, work: Path) -> None:
    checkout(store, saved(store, FILES), work / "out", ["hardlink"])
    (work / "out" / "sub").chmod(0o555)
    (work / "link").symlink_to("out")
    (work / "kept").mkdir()
    (work / "link2").symlink_to("kept")
    for name in ("link", "link2", "out", "nothing"):
        remove(work / name)
        assert not os.path.lexists(work / name)
    assert (work / "kept").is_dir()


def test_an_unknown_link_type_is_refused_with_the_known_ones(store: Store, work: Path) -> None:
    content = saved(store, FILES)
    with pytest.raises(ExpError) as caught:
        checkout(store, content, work / "out", ["softlink"])
    assert "softlink" in caught.value.message and "symlink" in (caught.value.hint or "")


def test_saving_again_changes_the_kind_of_link(store: Store, work: Path) -> None:
    data = work / "data"
    data.mkdir()
    (data / "a").write_text("1")
    first = save_and_link(store, data, COPY)
    assert save_and_link(store, data, ["symlink"]) == first
    assert (data / "a").is_symlink()
    assert save_and_link(store, data, ["hardlink"]) == first
    assert not (data / "a").is_symlink() and (data / "a").stat().st_nlink == 2
