"""The files of a directory, path -> md5, sorted as a manifest is and packed: a million of them fit in 60 MB.

Paths are kept as one text for each few hundred files, hashes as 16 bytes each. Reading in order costs next
to nothing; a single path is found by bisection, and its neighbours then are at hand.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import ItemsView, Iterable, Iterator, Mapping, ValuesView

_CHUNK = 256  # files in one text
_SURROGATES = "surrogatepass"  # names that are no UTF-8 are read by Python as lone surrogates


class Entries(Mapping[str, str]):
    """POSIX path in the directory -> md5, in code point order of the paths. Immutable."""

    def __init__(self, chunks: list[tuple[str, bytes, bytes]], count: int) -> None:
        self._chunks = chunks  # first path, all paths, all hashes
        self._firsts = [first for first, _, _ in chunks]
        self._count = count
        self._near: tuple[int, dict[str, str]] = (-1, {})

    @classmethod
    def of(cls, entries: Mapping[str, str]) -> Entries:
        """Those of any mapping."""
        if isinstance(entries, Entries):
            return entries
        return cls.of_sorted((relpath, entries[relpath]) for relpath in sorted(entries))

    @classmethod
    def of_sorted(cls, pairs: Iterable[tuple[str, str]]) -> Entries:
        """Those of pairs that come in order."""
        packer = Packer()
        for relpath, md5 in pairs:
            packer.add(relpath, md5)
        return packer.entries()

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Paths with their md5, in order."""
        for number in range(len(self._chunks)):
            yield from self._unpacked(number)

    def within(self, only: str) -> Entries:
        """The entries at or below the path `only`."""
        below = only.rstrip("/") + "/"
        packer = Packer()
        if only in self:
            packer.add(only, self[only])
        for number in range(max(0, bisect_right(self._firsts, below) - 1), len(self._chunks)):
            if self._firsts[number] > below and not self._firsts[number].startswith(below):
                break
            for relpath, md5 in self._unpacked(number):
                if relpath.startswith(below):
                    packer.add(relpath, md5)
        return packer.entries()

    def _unpacked(self, number: int) -> Iterator[tuple[str, str]]:
        _, paths, hashes = self._chunks[number]
        text = hashes.hex()
        md5s = [text[start : start + 32] for start in range(0, len(text), 32)]
        return zip(_split(paths), md5s, strict=True)

    def __getitem__(self, relpath: str) -> str:
        number = bisect_right(self._firsts, relpath) - 1
        if number < 0:
            raise KeyError(relpath)
        near, found = self._near
        if near != number:
            found = dict(self._unpacked(number))
            self._near = (number, found)
        return found[relpath]

    def __iter__(self) -> Iterator[str]:
        for _, paths, _ in self._chunks:
            yield from _split(paths)

    def __len__(self) -> int:
        return self._count

    def items(self) -> ItemsView[str, str]:
        return _Items(self)

    def values(self) -> ValuesView[str]:
        return _Values(self)


class _Items(ItemsView[str, str]):
    """A view that reads in order instead of looking every path up."""

    def __init__(self, entries: Entries) -> None:
        super().__init__(entries)
        self._entries = entries

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return self._entries.pairs()


class _Values(ValuesView[str]):
    def __init__(self, entries: Entries) -> None:
        super().__init__(entries)
        self._entries = entries

    def __iter__(self) -> Iterator[str]:
        return (md5 for _, md5 in self._entries.pairs())


class Packer:
    """Builds entries from pairs that come in order."""

    def __init__(self) -> None:
        self._chunks: list[tuple[str, bytes, bytes]] = []
        self._paths: list[str] = []
        self._hashes = bytearray()
        self._count = 0

    def add(self, relpath: str, md5: str) -> None:
        """One more; its path comes after all before it."""
        self._paths.append(relpath)
        self._hashes += bytes.fromhex(md5)
        if len(self._paths) == _CHUNK:
            self._close()

    def add_many(self, paths: list[str], hashes: bytes) -> None:
        """A whole chunk at once; `hashes` are 16 bytes each."""
        if self._paths:
            self._close()
        self._paths, self._hashes = paths, bytearray(hashes)
        self._close()

    def _close(self) -> None:
        paths = self._paths
        self._chunks.append((paths[0], _join(paths), bytes(self._hashes)))
        self._count += len(paths)
        self._paths, self._hashes = [], bytearray()

    def entries(self) -> Entries:
        if self._paths:
            self._close()
        return Entries(self._chunks, self._count)


class Stamps:
    """What tells that a file did not change since it was looked at (mtime, size, inode), packed."""

    def __init__(self) -> None:
        self._numbers = array("Q")

    def add(self, mtime_ns: int, size: int, inode: int) -> None:
        self._numbers.extend((mtime_ns & (1 << 64) - 1, size, inode))

    def __iter__(self) -> Iterator[tuple[int, int, int]]:
        numbers = iter(self._numbers)
        return zip(numbers, numbers, numbers, strict=True)


def restrict(entries: Mapping[str, str], only: str | None) -> Mapping[str, str]:
    """The entries at or below the path `only`; all of them when it is None."""
    if only is None:
        return entries
    return Entries.of(entries).within(only)


def differing(wanted: Entries, present: Iterable[tuple[str, str]]) -> tuple[Entries, list[str]]:
    """What of `wanted` is not in `present` (pairs in order) with the same md5, and what is there too much."""
    stale, extra = Packer(), []
    coming = wanted.pairs()
    want = next(coming, None)
    for relpath, md5 in present:
        while want is not None and want[0] < relpath:
            stale.add(*want)
            want = next(coming, None)
        if want is None or want[0] != relpath:
            extra.append(relpath)
            continue
        if want[1] != md5:
            stale.add(*want)
        want = next(coming, None)
    if want is not None:
        stale.add(*want)
    for pair in coming:
        stale.add(*pair)
    return stale.entries(), extra


def _join(paths: list[str]) -> bytes:
    return "\0".join(paths).encode("utf-8", _SURROGATES)


def _split(paths: bytes) -> list[str]:
    return paths.decode("utf-8", _SURROGATES).split("\0")
