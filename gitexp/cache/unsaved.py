"""What a checkout would destroy: files in its way whose content is nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gitexp.cache.entries import restrict
from gitexp.cache.hashing import MD5
from gitexp.cache.memory.memo import Memo
from gitexp.cache.store import Store
from gitexp.cache.tree import Ignored, find_files
from gitexp.content import Hash


def unsaved_files(
    store: Store,
    wanted: Hash,
    target: Path,
    only: str | None = None,
    memo: Memo | None = None,
    ignored: Ignored | None = None,
) -> list[str]:
    """Paths (inside `target`; '.' for itself) that `checkout` would replace or remove and the store lacks.

    Raises ExpError for what can't be read.
    """
    own = memo if memo is not None else Memo(None)
    entries: Mapping[str, str] = {".": wanted.value}
    if wanted.is_dir:
        entries = restrict(store.read_dir(wanted) or {}, only)
    lost = []
    for file in find_files(target, target / only if only else target, ignored):
        stays = entries.get(file.relpath)
        if stays == own.entry_md5(file.folder, file.name, file.stat, wanted.algorithm):
            continue
        if not store.has(Hash(own.entry_md5(file.folder, file.name, file.stat, MD5))):
            lost.append(file.relpath)
    return lost
