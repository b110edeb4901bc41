"""A row's values as JSON data and back: the one shape that DVC's `exp show --json` and our cache share.

What comes from the cache stays text until somebody looks inside: `exp show --json` of ten thousand
experiments hands their texts on as they are, and a table reads the part that it shows.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, ItemsView, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Generic, TypeVar

from gitexp.content import Hash
from gitexp.experiment.record import FileValues, OutState, Values
from gitexp.pipeline.stage import Value

Data = dict[str, Value]
T = TypeVar("T")

_TOGETHER = 500  # texts; all at once would be as many records

PARTS = ("params", "metrics", "deps", "outs")  # of a row, in the order of the JSON


class JsonText(Mapping[str, T], Generic[T]):
    """A mapping that is JSON text until it is looked into; what was read is kept for a moment only."""

    __slots__ = ("_read", "text")

    def __init__(self, text: str, read: Callable[[str], dict[str, T]]) -> None:
        self.text = text
        self._read = read

    def __getitem__(self, key: str) -> T:
        return self._read(self.text)[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read(self.text))

    def __len__(self) -> int:
        return len(self._read(self.text))

    def items(self) -> ItemsView[str, T]:
        return self._read(self.text).items()

    def __repr__(self) -> str:
        return repr(self._read(self.text))


def each_file(parts: Sequence[Mapping[str, FileValues]]) -> Iterator[Iterable[tuple[str, FileValues]]]:
    """The files of each of many parts: those that are text are read many at a time, in half the time."""
    for start in range(0, len(parts), _TOGETHER):
        some = parts[start : start + _TOGETHER]
        texts = [part.text for part in some if isinstance(part, JsonText)]
        read = iter(json.loads(f"[{','.join(texts)}]"))
        for part in some:
            if isinstance(part, JsonText):
                yield [(file, _file_values(data)) for file, data in next(read).items()]
            else:
                yield part.items()


def part_text(name: str, part: Mapping[str, object]) -> str:
    """One of PARTS as JSON on one line, in ASCII."""
    if isinstance(part, JsonText):
        return part.text
    data = _part_data(name, part)
    try:
        return json.dumps(data, default=plain)
    except TypeError:  # a key that is a date: YAML has such
        return json.dumps(_with_plain_keys(data), default=plain)


def values_from_texts(params: str, metrics: str, deps: str, outs: str, timestamp: int | None) -> Values:
    """The reverse of `part_text`, except for what JSON loses: dates become text, hashes are taken for md5.

    Raises nothing: text that is not as `part_text` makes it fails when it is looked into.
    """
    return Values(
        JsonText(params, _read_files),
        JsonText(metrics, _read_files),
        _shared_deps(deps),
        _shared_outs(outs),
        timestamp,
    )


def file_data(found: FileValues) -> Data:
    """One metrics or params file: `data`, or `error` with its type and message."""
    if found.error is not None:
        return {"error": {"type": found.error[0], "msg": found.error[1]}}
    return {"data": found.values}


def plain(value: object) -> object:
    """What JSON has no word for, as something that it has one for."""
    if isinstance(value, (datetime.date, datetime.datetime, datetime.time)):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=str)
    return str(value)


def _with_plain_keys(data: Value) -> Value:
    if isinstance(data, dict):
        return {_plain_key(key): _with_plain_keys(inner) for key, inner in data.items()}
    return [_with_plain_keys(inner) for inner in data] if isinstance(data, (list, tuple)) else data


def _plain_key(key: Value) -> Value:
    return key if isinstance(key, (str, int, float, type(None))) else str(plain(key))


def _part_data(name: str, part: Mapping[str, object]) -> Data:
    return {key: _DATA[name](inner) for key, inner in part.items()}


def _out_data(out: OutState) -> Data:
    return {**_hash_data(out.hash), "use_cache": out.use_cache, "is_data_source": out.is_data_source}


def _hash_data(hash: Hash | None) -> Data:
    if hash is None:
        return {"hash": None, "size": None, "nfiles": None}
    return {"hash": hash.value, "size": hash.size, "nfiles": hash.nfiles}


_DATA: Mapping[str, Callable[[Value], Data]] = {
    "params": file_data,
    "metrics": file_data,
    "deps": _hash_data,
    "outs": _out_data,
}


# Whoever looks into a row looks several times, and goes on to the next one.
@lru_cache(maxsize=8)
def _read_files(text: str) -> dict[str, FileValues]:
    return {file: _file_values(found) for file, found in json.loads(text).items()}


def _file_values(data: Mapping[str, Value]) -> FileValues:
    if "error" in data:
        return FileValues(error=(data["error"]["type"], data["error"]["msg"]))
    return FileValues(data["data"])


# Thousands of experiments have the same few deps and outs: one record for all of them.
@lru_cache(maxsize=1 << 12)
def _shared_deps(text: str) -> Mapping[str, Hash | None]:
    return JsonText(text, _read_deps)


@lru_cache(maxsize=1 << 12)
def _shared_outs(text: str) -> Mapping[str, OutState]:
    return JsonText(text, _read_outs)


@lru_cache(maxsize=1 << 8)
def _read_deps(text: str) -> dict[str, Hash | None]:
    return {path: _hash(found) for path, found in json.loads(text).items()}


@lru_cache(maxsize=1 << 8)
def _read_outs(text: str) -> dict[str, OutState]:
    return {
        path: OutState(_hash(found), found["use_cache"], found["is_data_source"])
        for path, found in json.loads(text).items()
    }


def _hash(data: Mapping[str, Value]) -> Hash | None:
    return _made(data["hash"], data["size"], data["nfiles"]) if data["hash"] else None


@lru_cache(maxsize=1 << 12)
def _made(value: str, size: int | None, nfiles: int | None) -> Hash:
    return Hash(value, size=size, nfiles=nfiles)
