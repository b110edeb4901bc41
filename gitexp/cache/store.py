"""The store: hash -> object. Puts files and folders in, says what is there, never changes an object."""

from __future__ import annotations

import os
import stat as stat_modes
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gitexp.cache.hashing import MD5, dir_hash, parse_dir, serialise_dir
from gitexp.cache.intake import Intake
from gitexp.cache.memo import Memo
from gitexp.cache.objects import Objects
from gitexp.cache.tree import DirListing, FoundFile, Ignored, walk
from gitexp.cache.trouble import file_trouble
from gitexp.content import Hash
from gitexp.errors import ExpError


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save found: the hash, and every file with its md5."""

    hash: Hash
    files: tuple[tuple[FoundFile, str], ...]
    linked: frozenset[str]  # paths that have become links to their object
    links: tuple[str, ...] = ()  # linked folders inside, which are not part of the hash


class Store:
    """DVC's cache folder. `root` is the project's `cache.dir`; `shared` means `cache.shared = group`."""

    def __init__(self, root: Path, shared: bool = False) -> None:
        self.root = root
        self.objects = Objects(root, shared)
        self._whole: set[str] = set()

    def object_path(self, hash: Hash) -> Path:
        """Where the object of a hash is or would be."""
        return Path(self.objects.path(hash.value, hash.algorithm))

    def object_file(self, value: str, algorithm: str = MD5) -> str:
        """`object_path` as plain text, for those who place thousands."""
        return self.objects.path(value, algorithm)

    def has(self, hash: Hash) -> bool:
        """Whether the object is there, and all children of a directory. Yes is remembered, no is not."""
        if not self.objects.knows(hash.algorithm):
            return False
        if not hash.is_dir:
            return self.objects.is_sound(hash.value, hash.algorithm)
        if hash.value not in self._whole:
            entries = self.read_dir(hash)
            if entries is None or any(self._lacking(entries.values(), hash.algorithm)):
                return False
            self._whole.add(hash.value)
        return True

    def missing(self, hash: Hash, only: str | None = None) -> list[str]:
        """Paths inside the directory (or '' for the thing itself) whose objects are not there.

        `only` looks at one path inside a directory.
        """
        if not hash.is_dir:
            return [] if self.has(hash) else [""]
        entries = self.read_dir(hash)
        if entries is None:
            return [""]
        within = restrict(entries, only)
        lacking = set(self._lacking(within.values(), hash.algorithm))
        return [relpath for relpath, md5 in within.items() if md5 in lacking]

    def _lacking(self, values: Iterable[str], algorithm: str) -> Iterable[str]:
        return (value for value in values if not self.objects.is_sound(value, algorithm))

    def read_dir(self, hash: Hash) -> dict[str, str] | None:
        """Path inside the directory -> md5, in manifest order; None if there is no sound manifest."""
        if not self.objects.knows(hash.algorithm) or not self.objects.is_sound(hash.value, hash.algorithm):
            return None
        try:
            return parse_dir(self.object_path(hash).read_bytes())
        except (OSError, ValueError):
            return None

    def verify(self, hash: Hash) -> bool:
        """Whether the object's bytes have its hash, read now; of a directory the manifest and every child."""
        if not self.objects.knows(hash.algorithm) or not self.objects.holds(hash.value, hash.algorithm):
            return False
        if not hash.is_dir:
            return True
        entries = self.read_dir(hash)
        return entries is not None and all(
            self.objects.holds(md5, hash.algorithm) for md5 in set(entries.values())
        )

    def save(self, path: Path, memo: Memo | None = None, ignored: Ignored | None = None) -> Hash:
        """Put a file or folder in; it stays as it is. Raises ExpError, with nothing half-written."""
        return self.take_in(path, memo, ignored, adopt=False).hash

    def take_in(self, path: Path, memo: Memo | None, ignored: Ignored | None, adopt: bool) -> Saved:
        """`save`; with `adopt` files may become hard links of their object (read-only). Raises ExpError."""
        own = memo if memo is not None else Memo(None)
        try:
            found = path.stat()
            if stat_modes.S_ISDIR(found.st_mode):
                return self._take_folder(path, own, ignored, adopt)
            return self._take_file(path, found, own, adopt)
        except OSError as error:
            raise file_trouble("store", Path(error.filename or path), error) from error

    def _take_file(self, path: Path, found: os.stat_result, memo: Memo, adopt: bool) -> Saved:
        if not stat_modes.S_ISREG(found.st_mode):
            raise ExpError(f"{path} is neither a file nor a folder, so it can't be stored.")
        file = FoundFile(path.name, os.path.dirname(path), path.name, found, path.is_symlink())
        with Intake(self.objects, memo, adopt) as intake:
            md5 = intake.add(file)
        executable = bool(found.st_mode & stat_modes.S_IXUSR)
        hash = Hash(md5, MD5, found.st_size, isexec=executable)
        return Saved(hash, ((file, md5),), frozenset(intake.linked))

    def _take_folder(self, path: Path, memo: Memo, ignored: Ignored | None, adopt: bool) -> Saved:
        files, links = walk(path, ignored)
        with Intake(self.objects, memo, adopt) as intake:
            hashed = [(file, intake.add(file)) for file in files]
        size = sum(file.stat.st_size for file in files)
        hash = self.put_dir(DirListing({file.relpath: md5 for file, md5 in hashed}, size))
        return Saved(hash, tuple(hashed), frozenset(intake.linked), tuple(links))

    def put_dir(self, listing: DirListing) -> Hash:
        """Store the manifest of a directory whose children are stored. Raises OSError."""
        value = dir_hash(listing.entries)
        self.objects.put_bytes(serialise_dir(listing.entries), value)
        self._whole.add(value)
        return Hash(value, MD5, listing.size, len(listing.entries))


def restrict(entries: dict[str, str], only: str | None) -> dict[str, str]:
    """The entries at or below the path `only`; all of them when it is None."""
    if only is None:
        return entries
    below = only.rstrip("/") + "/"
    return {relpath: md5 for relpath, md5 in entries.items() if relpath == only or relpath.startswith(below)}
