"""What a revision holds: its params, metrics, deps and outs, read from any Files.

Which files these are is DVC's choice (formats.md 6.1, 7.1): params of all stages, top-level ones, the whole
params.yaml of the root, used template values; metrics of all stages and top-level ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gitexp.cache.store import Store
from gitexp.content import Hash
from gitexp.errors import ExpError
from gitexp.experiment.record import FileValues, OutState, Values
from gitexp.experiment.table.parsed_files import ParsedFiles
from gitexp.pipeline.lock import LockEntry
from gitexp.pipeline.params import DEFAULT_FILE, MISSING, pick
from gitexp.pipeline.source import Files
from gitexp.pipeline.stage import DepKind, OutKind, Pipeline, Stage, Value


def collect_values(
    files: Files,
    timestamp: int | None = None,
    store: Store | None = None,
    parsed: ParsedFiles | None = None,
) -> Values:
    """The values of the revision behind `files`; never raises: what can't be read says so in its place.

    `store` serves metrics that are in the cache and not in `files`; `parsed` is shared by the revisions of
    one command.
    """
    parsed = parsed or ParsedFiles()
    try:
        pipeline = parsed.pipeline(files)
        reader = _Reader(files, store, parsed, pipeline)
        return Values(
            params=reader.params(),
            metrics=reader.metrics(),
            deps=reader.deps(),
            outs=reader.outs(),
            timestamp=timestamp,
        )
    except ExpError as error:
        return Values(timestamp=timestamp, error=error.message)


def params_of_stages(files: Files, parsed: ParsedFiles) -> dict[str, FileValues]:
    """Only the params that stages depend on: no top-level ones, none that are used in templates alone.

    Raises ExpError when the pipeline can't be read.
    """
    pipeline = parsed.pipeline(files)
    reader = _Reader(files, None, parsed, pipeline)
    return reader.of_files(_stage_params(pipeline))


class _Reader:
    """One revision while it is read."""

    def __init__(self, files: Files, store: Store | None, parsed: ParsedFiles, pipeline: Pipeline) -> None:
        self._files = files
        self._store = store
        self._parsed = parsed
        self._pipeline = pipeline
        self._locks: dict[str, Mapping[str, LockEntry]] = {}

    def params(self) -> dict[str, FileValues]:
        found = self.of_files(_param_files(self._pipeline, self._files))
        for file, used in self._pipeline.used_vars.items():
            if file not in found:
                found[file] = self._used(file, used)
        return found

    def of_files(self, wanted: Mapping[str, tuple[str, ...] | None]) -> dict[str, FileValues]:
        """The keys wanted of each file (None: all), of folders those of every file below."""
        return {
            file: self._values(file, self._files.read(file), keys)
            for path, keys in wanted.items()
            for file in self._expand(path)
        }

    def _used(self, file: str, keys: tuple[str, ...]) -> FileValues:
        """Template values, by dotted key as the template names them."""
        whole = self._values(file, self._files.read(file), None)
        if whole.error is not None:
            return whole
        picked = {key: pick(whole.values, key) for key in keys}
        return FileValues({key: value for key, value in picked.items() if value is not MISSING})

    def metrics(self) -> dict[str, FileValues]:
        found: dict[str, FileValues] = {}
        for stage in self._pipeline.stages:
            for out in stage.outs:
                if out.kind is OutKind.METRIC and out.cache and self._files.kind(out.path) is None:
                    found.update(self._cached_metrics(out.path, self._out_hash(stage, out.written)))
                elif out.kind is OutKind.METRIC:
                    found.update(self._metric_files(out.path))
        for path in self._pipeline.metrics:
            if path not in found:
                found.update(self._metric_files(path))
        return found

    def _metric_files(self, path: str) -> dict[str, FileValues]:
        return {file: self._metric(file, self._files.read(file)) for file in self._expand(path)}

    def _cached_metrics(self, path: str, locked: Hash | None) -> dict[str, FileValues]:
        """A metric that is in the cache only, file by file."""
        if self._store is None or locked is None:
            return {path: _not_in_cache(path)}
        if not locked.is_dir:
            return {path: self._metric_object(path, locked)}
        entries = self._store.read_dir(locked)
        if entries is None:
            return {path: _not_in_cache(path)}
        return {
            f"{path}/{name}": self._metric_object(f"{path}/{name}", Hash(md5, locked.algorithm))
            for name, md5 in entries.items()
        }

    def _metric_object(self, file: str, hash: Hash) -> FileValues:
        try:
            text = self._store.object_path(hash).read_bytes() if self._store else b""
        except OSError:
            return _not_in_cache(file)
        return self._metric(file, text)

    def _metric(self, file: str, text: bytes | None) -> FileValues:
        read = self._values(file, text, None)
        return read if read.error else FileValues(metric_leaves(read.values))

    def deps(self) -> dict[str, Hash | None]:
        found: dict[str, Hash | None] = {}
        for stage in self._pipeline.stages:
            entry = self._entry(stage)
            for dep in stage.deps:
                locked = entry.dep(dep.written) if entry else None
                if dep.kind is DepKind.DATASET or (locked is not None and "repo" in locked.extra):
                    continue
                found[dep.path] = locked.hash if locked else None
        return found

    def outs(self) -> dict[str, OutState]:
        return {
            out.path: OutState(self._out_hash(stage, out.written), out.cache, stage.cmd is None)
            for stage in self._pipeline.stages
            for out in stage.outs
            if out.kind is OutKind.OUT
        }

    def _out_hash(self, stage: Stage, written: str) -> Hash | None:
        entry = self._entry(stage)
        locked = entry.out(written) if entry else None
        return locked.hash if locked else None

    def _entry(self, stage: Stage) -> LockEntry | None:
        if stage.lock_file not in self._locks:
            text = self._files.read(stage.lock_file)
            self._locks[stage.lock_file] = self._parsed.lock_entries(stage.lock_file, text) if text else {}
        return self._locks[stage.lock_file].get(stage.name)

    def _expand(self, path: str) -> Iterator[str]:
        """The file itself, or every file below a folder."""
        if self._files.kind(path) != "dir":
            yield path
            return
        for name in self._files.listdir(path):
            yield from self._expand(f"{path}/{name}")

    def _values(self, file: str, text: bytes | None, keys: tuple[str, ...] | None) -> FileValues:
        if text is None:
            return not_there(file)
        try:
            values = self._parsed.values(file, text)
        except ExpError as error:
            return not_parsed(file, error)
        return FileValues(values if keys is None else _nested(values, keys))


def not_parsed(file: str, error: ExpError) -> FileValues:
    """DVC's kinds of damage, in words of ours: they say where."""
    return FileValues(error=(damage_of(file), error.message))


def damage_of(file: str) -> str:
    """What DVC calls it that a file can't be parsed."""
    kind = {"json": "JSON", "toml": "TOML", "py": "Python"}.get(file.rpartition(".")[2], "YAML")
    return f"{kind}FileCorruptedError"


def not_there(file: str) -> FileValues:
    """DVC's words for a file that a revision does not have."""
    return FileValues(error=("FileNotFoundError", f"[Errno 2] No such file or directory: '{file}'"))


def _not_in_cache(file: str) -> FileValues:
    """DVC's words for a cached file that is nowhere."""
    return FileValues(error=("FileNotFoundError", f"[Errno 2] No storage files available: '{file}'"))


def _param_files(pipeline: Pipeline, files: Files) -> dict[str, tuple[str, ...] | None]:
    """Params file -> the keys that are of interest, None for all of them."""
    found = _stage_params(pipeline)
    found.update(dict.fromkeys(pipeline.params))
    if files.kind(DEFAULT_FILE) == "file":
        found[DEFAULT_FILE] = None
    return found


def _stage_params(pipeline: Pipeline) -> dict[str, tuple[str, ...] | None]:
    found: dict[str, tuple[str, ...] | None] = {}
    for stage in pipeline.stages:
        for dep in stage.params:
            known = found.get(dep.path, ())
            both = None if known is None or dep.keys is None else tuple(dict.fromkeys([*known, *dep.keys]))
            found[dep.path] = both
    return found


def _nested(values: Value, keys: tuple[str, ...]) -> dict[str, Value]:
    """The values at dotted keys, in the nesting they came from; of a list, the elements named."""
    found: dict[str, Value] = {}
    for dotted in keys:
        value = pick(values, dotted)
        if value is not MISSING:
            _put(found, values, dotted.split("."), value)
    return found


def _put(found: dict[str, Value], source: Value, keys: list[str], value: Value) -> None:
    first, *rest = keys
    if not rest:
        found[first] = value
        return
    inner = pick(source, first)
    if isinstance(inner, Mapping):
        below = found.setdefault(first, {})
        if isinstance(below, dict):
            _put(below, inner, rest, value)
    else:
        found.setdefault(first, []).append(value)


def metric_leaves(values: Value) -> Value:
    """Numbers, text and booleans, in their nesting; what is nothing of that is no metric."""
    if isinstance(values, (int, float, str)):
        return values
    if not isinstance(values, Mapping):
        return {}
    kept = {key: metric_leaves(inner) for key, inner in values.items()}
    return {key: inner for key, inner in kept.items() if inner != {}}
