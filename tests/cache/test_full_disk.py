"""Full and read-only disks, on a small file system of their own: errors with hints, nothing half done."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitexp.cache.checkout import checkout
from gitexp.cache.relink import save_and_link
from gitexp.cache.remotes.folder import FolderRemote
from gitexp.cache.remotes.remote import pull_objects, push_objects
from gitexp.cache.store import Store
from gitexp.content import Hash
from gitexp.errors import ExpError

MIB = 1 << 20


class Disk:
    """Three MiB of memory, mounted."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def remount(self, options: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{options}", self.path], check=True)

    def files(self) -> set[str]:
        return {path.relative_to(self.path).as_posix() for path in self.path.rglob("*") if path.is_file()}


@pytest.fixture
def disk(work: Path) -> Iterator[Disk]:
    path = work / "disk"
    path.mkdir()
    mounted = os.geteuid() == 0 and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", path], capture_output=True, check=False
    )
    if not mounted or mounted.returncode != 0:
        pytest.skip("no small file system: mounting takes root")
    yield Disk(path)
    subprocess.run(["umount", "-l", path], check=True)


def stored(work: Path, size: int) -> tuple[Store, Hash]:
    """A file in a cache on the large disk."""
    (work / "f").write_bytes(os.urandom(size))
    store = Store(work / "cache")
    return store, store.save(work / "f")


@pytest.mark.parametrize("size", [4 * MIB, 40 * MIB])
def test_saving_into_a_full_cache(work: Path, disk: Disk, size: int) -> None:
    (work / "f").write_bytes(os.urandom(size))
    with pytest.raises(ExpError, match="no space left") as caught:
        save_and_link(Store(disk.path / "cache"), work / "f", ["copy"])
    assert caught.value.hint and "disk is full" in caught.value.hint
    assert disk.files() == set()
    disk.remount("size=100m")
    assert Store(disk.path / "cache").save(work / "f").size == size


def test_saving_into_a_read_only_cache(work: Path, disk: Disk) -> None:
    (disk.path / "cache").mkdir()
    disk.remount("ro")
    (work / "f").write_text("f")
    with pytest.raises(ExpError, match="read-only") as caught:
        save_and_link(Store(disk.path / "cache"), work / "f", ["reflink", "copy"])
    assert caught.value.hint and "writable" in caught.value.hint


def test_checking_out_onto_a_full_disk(work: Path, disk: Disk) -> None:
    store, hash = stored(work, 4 * MIB)
    (disk.path / "f").write_text("what was there")
    with pytest.raises(ExpError, match="no space left"):
        checkout(store, hash, disk.path / "f", ["copy"])
    assert disk.files() == {"f"} and (disk.path / "f").read_text() == "what was there"


def test_pushing_to_a_full_remote(work: Path, disk: Disk) -> None:
    store, hash = stored(work, 4 * MIB)
    with pytest.raises(ExpError, match="no space left"):
        push_objects(store, FolderRemote(disk.path / "remote"), [hash])
    assert disk.files() == set()


def test_pulling_into_a_full_cache_keeps_what_fits(work: Path, disk: Disk) -> None:
    store, hash = stored(work, 4 * MIB)
    (work / "small").write_text("small")
    small = store.save(work / "small")
    remote = FolderRemote(work / "remote")
    push_objects(store, remote, [hash, small])
    there = Store(disk.path / "cache")
    with pytest.raises(ExpError, match="no space left"):
        pull_objects(there, remote, [small, hash], jobs=1)
    assert there.verify(small) and len(disk.files()) == 1
    disk.remount("size=20m")
    assert pull_objects(there, remote, [small, hash]).files == 1
