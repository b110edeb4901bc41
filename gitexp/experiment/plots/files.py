"""The files that plots draw, of one revision: from its tree, else from the data cache by its locks."""

from __future__ import annotations

from collections.abc import Mapping

from gitexp.cache.store import Store
from gitexp.content import Hash
from gitexp.pipeline.paths import parents
from gitexp.pipeline.source import Files


class PlotFiles:
    """`cached`: the hashes of cached outs by path."""

    def __init__(self, files: Files, cached: Mapping[str, Hash], store: Store) -> None:
        self._files = files
        self._cached = cached
        self._store = store

    def exists(self, path: str) -> bool:
        return self._files.kind(path) is not None or self._find(path) is not None

    def expand(self, path: str) -> list[str]:
        """The files below a folder, sorted; the path itself when it is none."""
        kind = self._files.kind(path)
        if kind == "dir":
            return [file for name in self._files.listdir(path) for file in self.expand(f"{path}/{name}")]
        hash = self._cached.get(path) if kind is None else None
        entries = self._store.read_dir(hash) if hash is not None and hash.is_dir else None
        return [path] if entries is None else [f"{path}/{name}" for name in sorted(entries)]

    def read(self, path: str) -> bytes | None:
        """The bytes of a file; None when neither the revision nor the cache has them."""
        text = self._files.read(path)
        if text is not None:
            return text
        hash = self._find(path)
        if hash is None or hash.is_dir:
            return None
        try:
            return self._store.object_path(hash).read_bytes()
        except OSError:
            return None

    def _find(self, path: str) -> Hash | None:
        """The hash of a cached out, or of a file inside a cached folder."""
        if path in self._cached:
            return self._cached[path]
        for folder in reversed(parents(path)):
            hash = self._cached.get(folder)
            if hash is not None and hash.is_dir:
                entries = self._store.read_dir(hash)
                md5 = entries.get(path[len(folder) + 1 :]) if entries is not None else None
                return Hash(md5, hash.algorithm) if md5 else None
        return None
