"""Data that was edited in the workspace since its .dvc file was written becomes part of the experiment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from gitexp.cache.hashing import HASHERS, MD5
from gitexp.cache.memory.memo import Memo
from gitexp.cache.store import Store
from gitexp.cache.tree import Ignored, hash_path
from gitexp.content import Hash
from gitexp.dataclass import dataclass
from gitexp.pipeline.dotdvc import write_dvc_file
from gitexp.pipeline.lock import LockEntry
from gitexp.pipeline.stage import Stage


@dataclass(frozen=True, slots=True)
class EditedData:
    """A .dvc file whose out in the workspace is not what the file says. `entry` is what it says."""

    stage: Stage
    entry: LockEntry
    hash: Hash

    @property
    def entry_now(self) -> LockEntry:
        """What the file has to say."""
        return replace(self.entry, outs=(self.entry.outs[0].rehashed(self.hash),))


def find_edited(
    root: Path,
    stages: Iterable[Stage],
    locks: Mapping[str, LockEntry],
    memo: Memo,
    ignored: Ignored | None,
) -> list[EditedData]:
    """The data of `stages` that differs in the workspace at `root`. Absent data is not edited data."""
    found = []
    for stage in stages:
        entry = locks.get(stage.address)
        if stage.is_data and entry is not None and len(entry.outs) == 1:
            now = _edited(root / stage.outs[0].path, entry.outs[0].hash, memo, ignored)
            if now is not None:
                found.append(EditedData(stage, entry, now))
    return found


def _edited(path: Path, recorded: Hash | None, memo: Memo, ignored: Ignored | None) -> Hash | None:
    """The hash of what is at `path`, if that is something else than what is recorded."""
    algorithm = recorded.algorithm if recorded else MD5
    if algorithm not in HASHERS:
        return None  # a foreign hash, which says nothing of the content here
    now = hash_path(path, memo, ignored, algorithm)
    return None if now is None or now.same_content(recorded) else now


def capture(edited: EditedData, root: Path, store: Store, memo: Memo, ignored: Ignored | None) -> EditedData:
    """Put the edited data found at `root` into the cache."""
    return replace(edited, hash=store.save(root / edited.stage.outs[0].path, memo, ignored))


def record(edited: EditedData, target: Path) -> None:
    """Write the .dvc file in the DVC root `target` as if the data had been added."""
    place = target / edited.stage.file
    place.write_bytes(write_dvc_file(place.read_bytes(), edited.entry_now, edited.stage.file))


def lend(edited: EditedData, root: Path, target: Path) -> None:
    """Let the DVC root `target` see the edited data of `root` by a link: enough for a plan."""
    path = edited.stage.outs[0].path
    (target / path).parent.mkdir(parents=True, exist_ok=True)
    (target / path).symlink_to(root / path)
