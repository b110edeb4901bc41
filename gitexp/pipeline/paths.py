"""Paths as manifests write them, and as the graph compares them: POSIX, relative to the DVC root."""

from __future__ import annotations

import posixpath
import re

from gitexp.pipeline.stage import DepKind

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


def kind_of(written: str) -> DepKind:
    """Whether a dep names something on this machine, a URL or a dataset."""
    if "://" not in written:
        return DepKind.FILE
    if written.startswith("ds://"):
        return DepKind.DATASET
    return DepKind.URL if _SCHEME.match(written) else DepKind.FILE


def rooted(written: str, folder: str, root: str | None = None) -> str:
    """Where `written` is, seen from the DVC root, when it stands in a manifest or wdir at `folder`.

    A place above the root begins with '..'. An absolute path stays absolute, unless it lies inside `root`,
    the DVC root's own absolute path where that is known.
    """
    if "/" not in written and not folder and written not in (".", ".."):
        return written
    if written.startswith("/"):
        path = posixpath.normpath(written)
        if root is not None and (path == root or path.startswith(root + "/")):
            return path[len(root) + 1 :] or "."
        return path
    return posixpath.normpath(posixpath.join(folder, written))


def as_defined(written: str, folder: str, root: str | None) -> str:
    """The text DVC records for a path: as written, but an absolute path inside the root becomes relative."""
    if root is None or not written.startswith("/"):
        return written
    path = rooted(written, folder, root)
    return written if path.startswith("/") else posixpath.relpath(path, folder or ".")


def parents(path: str) -> list[str]:
    """The folders above `path`, nearest last: 'a/b/c' -> ['a', 'a/b']."""
    found = []
    end = path.find("/", 1)
    while end != -1:
        found.append(path[:end])
        end = path.find("/", end + 1)
    return found


def is_manifest(path: str) -> bool:
    """Whether DVC takes the name for one of its own files: dvc.yaml or *.dvc."""
    return path.endswith(".dvc") or posixpath.basename(path) == "dvc.yaml"
