"""A row's values as JSON data and back: the one shape that DVC's `exp show --json` and our cache share."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from gitexp.content import Hash
from gitexp.experiment.record import FileValues, OutState, Values
from gitexp.pipeline.stage import Value

Data = dict[str, Value]


def values_data(values: Values) -> Data:
    """Params, metrics, deps and outs (formats.md 8.8)."""
    return {
        "params": {file: file_data(found) for file, found in values.params.items()},
        "metrics": {file: file_data(found) for file, found in values.metrics.items()},
        "deps": {path: _hash_data(hash) for path, hash in values.deps.items()},
        "outs": {
            path: {
                **_hash_data(out.hash),
                "use_cache": out.use_cache,
                "is_data_source": out.is_data_source,
            }
            for path, out in values.outs.items()
        },
    }


def values_from_data(data: Mapping[str, Value], timestamp: int | None) -> Values:
    """The reverse, except for what JSON loses: dates become text, hashes are taken for md5."""
    return Values(
        params={file: _file_values(found) for file, found in data["params"].items()},
        metrics={file: _file_values(found) for file, found in data["metrics"].items()},
        deps={path: _hash(found) for path, found in data["deps"].items()},
        outs={
            path: OutState(_hash(found), found["use_cache"], found["is_data_source"])
            for path, found in data["outs"].items()
        },
        timestamp=timestamp,
    )


def file_data(found: FileValues) -> Data:
    """One metrics or params file: `data`, or `error` with its type and message."""
    if found.error is not None:
        return {"error": {"type": found.error[0], "msg": found.error[1]}}
    return {"data": found.values}


def _file_values(data: Mapping[str, Value]) -> FileValues:
    return FileValues(data["data"])


def _hash_data(hash: Hash | None) -> Data:
    if hash is None:
        return {"hash": None, "size": None, "nfiles": None}
    return {"hash": hash.value, "size": hash.size, "nfiles": hash.nfiles}


def _hash(data: Mapping[str, Value]) -> Hash | None:
    return _made(data["hash"], data["size"], data["nfiles"]) if data["hash"] else None


@lru_cache(maxsize=1 << 16)
def _made(value: str, size: int | None, nfiles: int | None) -> Hash:
    """Thousands of experiments name the same few contents: each is made once."""
    return Hash(value, size=size, nfiles=nfiles)
