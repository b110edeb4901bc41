"""The store: hash -> object. Puts files and folders in, says what is there, never changes an object."""

from __future__ import annotations

import os
import stat as stat_modes
import threading
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from gitexp.atomic import look_anew
from gitexp.cache.entries import Entries, Packer, restrict
from gitexp.cache.hashing import MD5
from gitexp.cache.intake import Intake, IsPlaced
from gitexp.cache.manifest import manifest_blocks, read_dir_file
from gitexp.cache.memory.memo import Memo
from gitexp.cache.objects import Objects
from gitexp.cache.traffic import Progress
from gitexp.cache.tree import DirListing, FoundFile, Ignored, walk
from gitexp.cache.trouble import file_trouble
from gitexp.content import Hash
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError

_MANIFEST_FILES = 1 << 20  # files that manifests may list which are kept for the next question


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save found: the hash, and every file with its md5 (by path in the folder; a file's is its name).

    `loose` are those of them that are not yet what `is_placed` asked for.
    """

    hash: Hash
    entries: Mapping[str, str]
    loose: tuple[Entries, ...]
    links: tuple[str, ...] = ()  # linked folders inside, which are not part of the hash


class Store:
    """DVC's cache folder. `root` is the project's `cache.dir`; `shared` means `cache.shared = group`."""

    is_supplied = False  # whether a remote gives what is missing here (gitexp.cache.remotes.supply)

    def __init__(self, root: Path, shared: bool = False) -> None:
        self.root = root
        self.objects = Objects(root, shared)
        self._whole: set[str] = set()
        self._manifests: dict[str, Entries] = {}
        self._reading = threading.Lock()

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
            sound = self.objects.is_sound
            if entries is None or not all(sound(md5, hash.algorithm) for md5 in entries.values()):
                return False
            self._whole.add(hash.value)
        return True

    def look_anew(self, hashes: Iterable[Hash]) -> None:
        """See objects that another host may have stored a moment ago."""
        known = (hash for hash in hashes if self.objects.knows(hash.algorithm))
        for folder in {Path(self.objects.path(hash.value, hash.algorithm)).parent for hash in known}:
            look_anew(folder)

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
        sound = self.objects.is_sound
        return [relpath for relpath, md5 in within.items() if not sound(md5, hash.algorithm)]

    def telling(self, progress: Progress) -> AbstractContextManager[None]:
        """Within it `progress` is told what this thread has to fetch: nothing, without a supplier."""
        return nullcontext()

    def bring(self, hash: Hash, only: str | None = None) -> None:
        """Called before the object is read or placed: a store with a supplier gets what it lacks."""

    def bring_runs(self, key: str, anew: bool = False) -> None:
        """Called when the run cache has no run of `key`: a store with a supplier asks for some.

        `anew`: another host may have sent one a moment ago.
        """

    def read_dir(self, hash: Hash) -> Entries | None:
        """Path inside the directory -> md5, in manifest order; None if there is no sound manifest."""
        if not self.objects.knows(hash.algorithm) or not self.objects.is_sound(hash.value, hash.algorithm):
            return None
        path = self.object_file(hash.value, hash.algorithm)
        with self._reading:  # threads may ask; a large manifest is better read once
            found = self._manifests.pop(path, None)
            if found is None:
                try:
                    found = read_dir_file(path)
                except (OSError, ValueError):
                    return None
            self._keep_manifest(path, found)
        return found

    def _keep_manifest(self, path: str, entries: Entries) -> None:
        """The last few, unless they are large."""
        self._manifests[path] = entries
        while len(self._manifests) > 1 and sum(map(len, self._manifests.values())) > _MANIFEST_FILES:
            del self._manifests[next(iter(self._manifests))]

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

    def take_in(
        self,
        path: Path,
        memo: Memo | None,
        ignored: Ignored | None,
        adopt: bool,
        keep: bool = True,
        is_placed: IsPlaced = lambda file, md5: True,
    ) -> Saved:
        """`save`; with `adopt` files may become hard links of their object (read-only). Raises ExpError.

        `loose` of the result are files that are not what `is_placed` asks for; with `keep` hard links are.
        """
        own = memo if memo is not None else Memo(None)
        try:
            found = path.stat()
            if stat_modes.S_ISDIR(found.st_mode):
                intake = Intake(self.objects, own, os.fspath(path), adopt, keep, is_placed)
                return self._take_folder(path, ignored, intake)
            intake = Intake(self.objects, own, os.path.dirname(path), adopt, keep, is_placed)
            return self._take_file(path, found, intake)
        except OSError as error:
            raise file_trouble("store", Path(error.filename or path), error) from error

    def _take_file(self, path: Path, found: os.stat_result, intake: Intake) -> Saved:
        if not stat_modes.S_ISREG(found.st_mode):
            raise ExpError(f"{path} is neither a file nor a folder, so it can't be stored.")
        file = FoundFile(path.name, os.path.dirname(path), path.name, found, path.is_symlink())
        with intake:
            md5 = intake.add(file)
        executable = bool(found.st_mode & stat_modes.S_IXUSR)
        hash = Hash(md5, MD5, found.st_size, isexec=executable)
        return Saved(hash, {path.name: md5}, intake.loose)

    def _take_folder(self, path: Path, ignored: Ignored | None, intake: Intake) -> Saved:
        files = walk(path, ignored)
        packer = Packer()
        size = 0
        with intake:
            for file in files:
                packer.add(file.relpath, intake.add(file))
                size += file.stat.st_size
        entries = packer.entries()
        hash = self.put_dir(DirListing(entries, size))
        return Saved(hash, entries, intake.loose, tuple(files.links))

    def put_dir(self, listing: DirListing) -> Hash:
        """Store the manifest of a directory whose children are stored. Raises OSError."""
        hash = self.put_manifest(listing)
        self._whole.add(hash.value)
        return hash

    def put_manifest(self, listing: DirListing) -> Hash:
        """Store what says which files a directory has. Raises OSError."""
        hash = listing.hash
        self.objects.put(manifest_blocks(listing.entries), hash.value, hash.algorithm)
        return hash
