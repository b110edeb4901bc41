"""DVC's record of who reads and writes which path, .dvc/tmp/rwlock: what is wrong with it, and put right.

A killed `dvc` may leave half of the file, with which no `dvc` works any more, or entries of its own, which
the next `dvc` that meets them drops.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from gitexp.atomic import write_atomic
from gitexp.content import Value
from gitexp.dataclass import dataclass
from gitexp.git.owner import pid_exists


@dataclass(frozen=True, slots=True)
class RwLockTrouble:
    """`broken`: the file can't be read, and stops every `dvc`. `left` are paths (with the process) that
    processes which are gone still hold.
    """

    path: Path
    broken: bool = False
    left: tuple[tuple[str, int], ...] = ()


def find_rwlock_trouble(root: Path) -> RwLockTrouble | None:
    """None if all is well with it. `root` is the DVC root."""
    path = root / ".dvc" / "tmp" / "rwlock"
    try:
        held = _parse(path.read_bytes())
    except OSError:
        return None
    except ValueError:
        return RwLockTrouble(path, broken=True)
    left = [(path, pid) for _, path, pid in _holders(held) if not pid_exists(pid)]
    return RwLockTrouble(path, left=tuple(dict.fromkeys(left))) if left else None


def repair_rwlock(root: Path) -> bool:
    """Free what nobody holds any more; whether that could be done: not while a `dvc` changes the file."""
    with _guard(root) as ours:
        found = find_rwlock_trouble(root) if ours else None
        if found is not None and found.broken:
            found.path.unlink(missing_ok=True)
        elif found is not None:
            held = _parse(found.path.read_bytes())
            write_atomic(found.path, json.dumps(_without_dead(held)).encode())
        return ours


@contextmanager
def _guard(root: Path) -> Iterator[bool]:
    """DVC's lock around the file; False if another has it."""
    handle = os.open(root / ".dvc" / "tmp" / "rwlock.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(handle)


# mode ('read', 'write') -> path -> who holds it, as DVC writes it
_Held = Mapping[str, Mapping[str, list[dict[str, Value]]]]


def _parse(text: bytes) -> _Held:
    """Raises ValueError for what DVC would not take."""
    found = json.loads(text)
    if not isinstance(found, dict) or not found.keys() <= {"read", "write"}:
        raise ValueError("no rwlock")
    held = {mode: _by_path(found.get(mode, {})) for mode in ("write", "read")}
    for _ in _holders(held):
        pass
    return held


def _by_path(found: Value) -> dict[str, list[dict[str, Value]]]:
    if not isinstance(found, dict):
        raise ValueError("no rwlock")
    return {path: infos if isinstance(infos, list) else [infos] for path, infos in found.items()}


def _holders(held: _Held) -> Iterator[tuple[str, str, int]]:
    for mode, paths in held.items():
        for path, infos in paths.items():
            for info in infos:
                if not isinstance(info, dict) or not isinstance(info.get("pid"), int):
                    raise ValueError("no rwlock")
                yield mode, path, info["pid"]


def _without_dead(held: _Held) -> Value:
    """A reader's entry is a list, a writer's is not: as DVC has it."""
    kept: dict[str, dict[str, Value]] = {"write": {}, "read": {}}
    for mode, path, _ in _holders(held):
        alive = [info for info in held[mode][path] if pid_exists(info["pid"])]
        if alive:
            kept[mode][path] = alive if mode == "read" else alive[0]
    return kept
