"""The manifest of a directory, byte for byte as DVC writes it, read and written a piece at a time.

    [{"md5": "7fc5…", "relpath": "a.bin"}, {"md5": "30df…", "relpath": "sub/\\u00e9.txt"}]

Every byte counts, for the directory's hash is the md5 of this text: sorted by the whole path in code point
order, spaces after ',' and ':', ASCII only, no line end. JSON in any other form is read too, at once.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, pairwise
from json.encoder import encode_basestring_ascii
from os import PathLike

from gitexp.cache.entries import Entries, Packer

_OPEN, _BETWEEN, _CLOSE = b'[{"md5": "', b'"}, {"md5": "', b'"}]'
_THEN = b'", "relpath": "'
_HEAD = 32 + len(_THEN)
_BLOCK = 1 << 20
_ROWS = 256  # written, and packed, at once
# An empty part, '.' or '..': a path that leads out of the directory is no path.
_OUTSIDE = re.compile(r"(?:\A|[\0/])\.{0,2}(?:[\0/]|\Z)")
_MD5 = re.compile(r"[0-9a-f]{32}")


def manifest_blocks(entries: Mapping[str, str]) -> Iterator[bytes]:
    """The text, in pieces."""
    rows = Entries.of(entries).pairs()
    quote = encode_basestring_ascii
    before = "["
    while part := list(islice(rows, _ROWS)):
        text = ", ".join([f'{{"md5": "{md5}", "relpath": {quote(path)}}}' for path, md5 in part])
        yield f"{before}{text}".encode("ascii")
        before = ", "
    yield b"[]" if before == "[" else b"]"


def serialise_dir(entries: Mapping[str, str]) -> bytes:
    """The whole text, for a POSIX path (relative to the directory) -> md5."""
    return b"".join(manifest_blocks(entries))


def dir_hash(entries: Mapping[str, str]) -> str:
    """The hash of a directory: '….dir'."""
    digest = hashlib.md5(usedforsecurity=False)
    for block in manifest_blocks(entries):
        digest.update(block)
    return digest.hexdigest() + ".dir"


def read_dir_file(path: str | PathLike[str]) -> Entries:
    """What a manifest file lists. Raises OSError, and ValueError when it is no manifest."""
    with open(path, "rb", buffering=0) as file:
        blocks = iter(lambda: file.read(_BLOCK), b"")
        found = _read_canonical(blocks)
        if found is not None:
            return found
        file.seek(0)
        return _read_any(file.read())


def parse_dir(manifest: bytes) -> Entries:
    """`read_dir_file` for a text in memory. Raises ValueError."""
    found = _read_canonical([manifest])
    return found if found is not None else _read_any(manifest)


def _read_canonical(blocks: Iterable[bytes]) -> Entries | None:
    """None when this is not the text that DVC would write. Raises ValueError for paths that can't be."""
    packer = Packer()
    last = ""
    for rows in _rows(blocks):
        read = _read_rows(rows)
        if read is None or read[0][0] <= last:
            return None
        packer.add_many(*read)
        last = read[0][-1]
    return packer.entries() if last else None


def _rows(blocks: Iterable[bytes]) -> Iterator[list[bytes]]:
    """The rows without what stands between them, some hundred at a time; [] when that can't be."""
    rest = b""
    begun = False
    for block in blocks:
        rest += block
        if not begun:
            if not rest.startswith(_OPEN):
                yield []
                return
            rest, begun = rest[len(_OPEN) :], True
        *rows, rest = rest.split(_BETWEEN)
        for start in range(0, len(rows), _ROWS):
            yield rows[start : start + _ROWS]
    yield [rest[: -len(_CLOSE)]] if rest.endswith(_CLOSE) else []


def _read_rows(rows: list[bytes]) -> tuple[list[str], bytes] | None:
    if not rows or any(row[32:_HEAD] != _THEN for row in rows):
        return None
    try:
        hashes = bytes.fromhex("".join([row[:32].decode("ascii") for row in rows]))
        paths = _unescaped([row[_HEAD:] for row in rows])
    except ValueError:
        return None
    if len(hashes) != 16 * len(rows) or any(path >= after for path, after in pairwise(paths)):
        return None
    _require_inside(paths)
    return paths, hashes


def _unescaped(paths: list[bytes]) -> list[str]:
    text = b"\n".join(paths)
    if b"\\" in text or b'"' in text or not text.isascii():
        return [json.loads(b'"' + path + b'"') for path in paths]
    found = text.decode("ascii").split("\n")
    if len(found) != len(paths):
        raise ValueError("a line end that is not escaped")
    return found


def _read_any(manifest: bytes) -> Entries:
    rows = json.loads(manifest)
    try:
        entries = {row["relpath"]: row["md5"] for row in rows}
        sound = all(_MD5.fullmatch(md5) for md5 in entries.values())
        paths = sorted(entries)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError("not a directory manifest") from error
    if not sound:
        raise ValueError("a directory manifest with a hash that can't be one")
    _require_inside(paths)
    return Entries.of(entries)


def _require_inside(paths: list[str]) -> None:
    """Manifests come from other people's remotes."""
    text = "\0".join(paths)
    if paths and (_OUTSIDE.search(text) or text.count("\0") != len(paths) - 1):
        raise ValueError("a directory manifest with a path that can't be one")
