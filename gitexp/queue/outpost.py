"""Where a worker on a machine that shares nothing does its work: a folder with clones and one data cache.

    <work>/<name>-<hash>/clone    a clone of one Git remote, for the experiments of one author
                        /lock     held while it fetches
    <work>/cache                  the data cache and run cache, of all clones
    <work>/config/<hash>/.dvc     DVC's config of a snapshot, to be read from

<work> is $GITEXP_WORK, or `git config exp.scratch`, or a folder in $TMPDIR. All of it can be deleted when no
worker is at work: it comes again from the remotes. Any number of workers on a machine share it.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tempfile
from dataclasses import replace
from pathlib import Path

from gitexp.atomic import write_atomic
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.git.clone import bring, open_clone
from gitexp.git.command import run_git
from gitexp.git.objects import ObjectReader
from gitexp.git.repo import Repo
from gitexp.project import Project, Settings
from gitexp.project.dvc_config import Section, user_config
from gitexp.project.settings import read_settings
from gitexp.queue.far.parcel import Waybill

_AUTHOR = re.compile(r"(?P<name>.*) <(?P<email>[^<>]*)>")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Outpost:
    """The folder `<work>` and the clone in it for a waybill."""

    work: Path
    clone: Repo


def open_outpost(waybill: Waybill) -> Outpost:
    """Folder and clone for an entry, made if need be; asks no remote. Raises ExpError when they can't be."""
    work = work_folder()
    return Outpost(work, _clone(work, waybill))


def fetch_parcel(outpost: Outpost, waybill: Waybill) -> None:
    """Have the parcel in the clone; asks nobody when it is there. Raises ExpError when it can't be had."""
    bring(outpost.clone, waybill.url, waybill.ref, waybill.commit, waybill.depth)


def _clone(work: Path, waybill: Waybill) -> Repo:
    who = _AUTHOR.fullmatch(waybill.author)
    if who is None:
        raise ExpError(f"'{waybill.author}' is no author.")
    key = hashlib.sha256(f"{waybill.url}\n{waybill.author}".encode()).hexdigest()[:12]
    name = _UNSAFE.sub("-", waybill.url.rstrip("/").rpartition("/")[2].removesuffix(".git"))[:40]
    return open_clone(work / f"{name or 'repo'}-{key}", waybill.url, who["name"], who["email"])


def work_folder() -> Path:
    """The folder that workers of this user work in on this machine. Raises ExpError when it can't be used."""
    said = os.environ.get("GITEXP_WORK") or _configured()
    folder = Path(said) if said else Path(tempfile.gettempdir(), f"gitexp-{os.getuid()}")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        found = folder.stat()
    except OSError as error:
        raise ExpError(
            f"{folder} can't be made: {error.strerror}.",
            "set GITEXP_WORK, or `git config --global exp.scratch`.",
        ) from error
    if not said and (found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o022):
        # Anybody may have made a folder of this name under /tmp.
        raise ExpError(f"{folder} is not yours alone.", "set GITEXP_WORK to a folder that is.")
    return folder.resolve()


def _configured() -> str:
    asked = run_git(Path("/"), "config", "--type=path", "--get", "exp.scratch", check=False)
    return os.path.expandvars(asked.text)


def project_of(outpost: Outpost, tree: str, prefix: str) -> Project:
    """The DVC project that a tree of the clone has at `prefix`, with its settings and the outpost's cache.

    Raises ExpError when there is none, and for a config that DVC would refuse.
    """
    with ObjectReader(outpost.clone) as reader:
        path = f"{prefix}/.dvc" if prefix else ".dvc"
        if not reader.tree(f"{tree}:{path}"):
            raise ExpError(f"the snapshot has no {path}: it is no DVC project.")
        config = reader.read(f"{tree}:{path}/config") or b""
    root = outpost.clone.work_tree / prefix
    return Project(outpost.clone, root, root, _settings(outpost, config))


def _settings(outpost: Outpost, config: bytes) -> Settings:
    place = outpost.work / "config" / hashlib.sha256(config).hexdigest()[:16]
    if not (place / ".dvc" / "config").exists():
        write_atomic(place / ".dvc" / "config", config)
    settings = read_settings(outpost.clone, place)
    # Only this machine's own config knows of a cache here; results are pushed by us, not by `exp.autoPush`.
    own = user_config(os.environ).get(Section("cache"), {}).get("dir")
    return replace(settings, cache_dir=Path(own or outpost.work / "cache"), exp_auto_push=False)
