"""A file or folder straight to a remote, past the cache: read twice, stored nowhere here."""

from __future__ import annotations

import tempfile
from pathlib import Path

from gitexp.cache.manifest import manifest_blocks
from gitexp.cache.remotes.push import ask_exists, send_loads
from gitexp.cache.remotes.store import Kind, Moved, RemoteStore, RemoteTrouble, key_of
from gitexp.cache.remotes.transfer import Load, Patience, Tally, Transfer, Transferred
from gitexp.cache.traffic import Progress, unwatched
from gitexp.cache.tree import Ignored, hash_path, list_folder
from gitexp.content import Hash
from gitexp.errors import ExpError


def send_path(
    source: Path,
    remote: RemoteStore,
    ignored: Ignored | None = None,
    jobs: int | None = None,
    progress: Progress = unwatched,
    patience: Patience = Patience(),
) -> tuple[Hash, Transferred]:
    """Send what the remote lacks of the objects of `source`; what it is, and what was sent.

    Raises ExpError for what can't be read, or is written while it is being sent, and RemoteTrouble.
    """
    transfer = Transfer(jobs or remote.jobs, Tally(progress), patience)
    if not source.is_dir():
        hash = hash_path(source)
        if hash is None:
            raise ExpError(f"'{source}' does not exist.")
        return hash, _send(source, {hash.value: source}, remote, transfer, patience)
    listing = list_folder(source, None, ignored)
    files = {md5: source / relpath for relpath, md5 in listing.entries.items()}
    sent = _send(source, files, remote, transfer, patience)
    if not sent.failed:  # a manifest says that its files are there
        with tempfile.TemporaryDirectory() as folder:
            manifest = Path(folder, "manifest")
            with manifest.open("wb") as file:
                file.writelines(manifest_blocks(listing.entries))
            sent += _send(source, {listing.hash.value: manifest}, remote, transfer, patience)
    return listing.hash, sent


def _send(
    source: Path, files: dict[str, Path], remote: RemoteStore, transfer: Transfer, patience: Patience
) -> Transferred:
    there = ask_exists(remote, [key_of(value) for value in files], patience)
    loads = []
    for value, path in files.items():
        size = path.stat().st_size
        if there.get(key_of(value), -1) not in (None, size):
            loads.append(_load(value, path, size, remote))
    return send_loads(loads, remote, transfer, patience, source)


def _load(value: str, path: Path, size: int, remote: RemoteStore) -> Load:
    def move(moved: Moved) -> None:
        try:
            remote.put(path, key_of(value), value.removesuffix(".dir"), moved)
        except RemoteTrouble as trouble:
            if trouble.kind is Kind.DAMAGED and hash_path(path, None) != Hash(value, size=size):
                raise RemoteTrouble(Kind.ABSENT, f"{path} changed while it was being sent.") from trouble
            raise

    return Load(value, size, move)
