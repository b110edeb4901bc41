"""How fast the cache is against what the disk and md5 allow: `python tests/bench/cache.py [FILES] [MIB]`.

Prints seconds and the ratio to the floor measured beside it. Not a test: it fails nothing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from gitexp.cache.checkout import checkout, save_and_link
from gitexp.cache.dvcignore import DvcIgnore
from gitexp.cache.memory.memo import Memo
from gitexp.cache.store import Store
from gitexp.cache.tree import hash_path


def timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def report(name: str, seconds: float, floor: float) -> None:
    print(f"{name:<58} {seconds:8.3f} s   {seconds / floor:5.2f} x floor ({floor:.3f} s)", flush=True)


def make_small(folder: Path, count: int) -> None:
    block = os.urandom(4096)
    for number in range(count):
        sub = folder / f"d{number // 1000:02d}"
        sub.mkdir(parents=True, exist_ok=True)
        (sub / f"{number % 1000:03d}.bin").write_bytes(number.to_bytes(8, "little") + block[8:])
    os.sync()


def make_big(path: Path, mib: int) -> None:
    block = os.urandom(1 << 20)
    with open(path, "wb") as file:
        for number in range(mib):
            file.write(number.to_bytes(8, "little") + block[8:])
    os.sync()


def files_in(folder: Path) -> list[str]:
    return [os.path.join(at, name) for at, _, names in os.walk(folder) for name in names]


def md5_all(paths: list[str]) -> None:
    for path in paths:
        digest = hashlib.md5()
        handle = os.open(path, os.O_RDONLY)
        while block := os.read(handle, 1 << 16 if os.fstat(handle).st_size < 1 << 16 else 1 << 20):
            digest.update(block)
        os.close(handle)


def link_all(paths: list[str], folder: Path) -> None:
    folder.mkdir()
    for number in range(256):
        (folder / f"{number:02x}").mkdir()
    for number, path in enumerate(paths):
        os.link(path, folder / f"{number % 256:02x}" / str(number))


def stat_all(folder: Path) -> None:
    for path in files_in(folder):
        os.stat(path)


def bench_small(room: Path, count: int, kind: str) -> None:
    data, store, log = room / "data", Store(room / "cache"), room / "memo"
    make_small(data, count)
    ignored = DvcIgnore(room).ignored
    paths = files_in(data)
    hashing = timed(lambda: md5_all(paths))
    linking = timed(lambda: link_all(paths, room / "links"))
    shutil.rmtree(room / "links")
    floor = hashing + linking
    time.sleep(0.05)
    print(f"{count} files of 4 KiB, {kind}: md5 {hashing:.3f} s, link {linking:.3f} s")
    memo = Memo(log)
    report("  add", timed(lambda: (save_and_link(store, data, [kind], memo, ignored), memo.close())), floor)
    stats = timed(lambda: stat_all(data))
    memo, store = Memo(log), Store(room / "cache")
    report("  hash again, first time in a process", timed(lambda: hash_path(data, memo, ignored)), stats)
    report("  hash again", timed(lambda: hash_path(data, memo, ignored)), stats)
    content = hash_path(data, memo, ignored)
    assert content is not None
    report("  store.has", timed(lambda: store.has(content)), stats)
    report("  add again", timed(lambda: save_and_link(store, data, [kind], Memo(log), ignored)), stats)
    report(
        "  checkout, nothing to do", timed(lambda: checkout(store, content, data, [kind], memo=memo)), stats
    )
    shutil.rmtree(data)
    bring = timed(lambda: checkout(store, content, data, [kind], memo=memo))
    report("  checkout", bring, linking)
    memo.close()
    report("  hash after checkout", timed(lambda: hash_path(data, Memo(log), ignored)), stats)
    opening = timed(lambda: Memo(log).lookup("/", "x", os.stat("/")))
    print(f"  memo: {log.stat().st_size >> 10} KiB, opened in {opening:.4f} s")
    shutil.rmtree(room)


def bench_big(room: Path, mib: int, kind: str) -> None:
    room.mkdir(exist_ok=True)
    data, store = room / "big.bin", Store(room / "cache")
    make_big(data, mib)
    floor = timed(lambda: md5_all([str(data)]))
    report(
        f"{mib} MiB file, {kind}: add", timed(lambda: save_and_link(store, data, [kind], Memo(None))), floor
    )
    shutil.rmtree(room)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    mib = int(sys.argv[2]) if len(sys.argv) > 2 else 1024
    room = Path(tempfile.mkdtemp(prefix="bench-cache-")) / "room"
    for kind in ("hardlink", "symlink", "copy"):
        room.mkdir(parents=True, exist_ok=True)
        bench_small(room, count, kind)
    for kind in ("hardlink", "copy"):
        bench_big(room, mib, kind)


if __name__ == "__main__":
    main()
