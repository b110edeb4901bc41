"""Bytes to md5: of a file, of a text file as DVC 2 saw it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping

MD5 = "md5"
DOS2UNIX = "md5-dos2unix"

_BLOCK = 1 << 20  # DVC 2 judged text or binary once per block of this size: part of its format
SMALL = 1 << 16  # one read takes most files whole, without the cost of a buffer of a full block
_SNIFFED = 512
_TEXT = bytes(range(32, 127)) + b"\n\r\t\f\b"
_MAX_STRANGE = 0.30


def md5_bytes(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def md5_file(path: str | os.PathLike[str]) -> str:
    """The md5 of a file's bytes. Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        block = os.read(handle, SMALL)
        digest = hashlib.md5(block, usedforsecurity=False)
        if len(block) == SMALL:
            for rest in read_blocks(handle):
                digest.update(rest)
        return digest.hexdigest()
    finally:
        os.close(handle)


def md5_dos2unix(path: str | os.PathLike[str]) -> str:
    """The md5 of an entry without `hash:` (DVC 2): CRLF counts as LF in blocks that look like text."""
    digest = hashlib.md5(usedforsecurity=False)
    with open(path, "rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block.replace(b"\r\n", b"\n") if _looks_like_text(block[:_SNIFFED]) else block)
    return digest.hexdigest()


def read_blocks(handle: int) -> Iterator[memoryview]:
    """What is left to read from a descriptor, through one buffer: use each block before taking the next."""
    buffer = memoryview(bytearray(_BLOCK))
    while count := os.readv(handle, [buffer]):
        yield buffer[:count]


def _looks_like_text(start: bytes) -> bool:
    strange = len(start.translate(None, _TEXT))
    return b"\0" not in start and strange / len(start) <= _MAX_STRANGE


HASHERS: Mapping[str, Callable[[str | os.PathLike[str]], str]] = {MD5: md5_file, DOS2UNIX: md5_dos2unix}
