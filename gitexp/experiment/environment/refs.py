"""Where environments are kept: one blob each under refs/gitexp/environments/<its id>, named by experiments.

A commit says `Gitexp-Environment: <id>` in its trailers. Why so, and not otherwise:

- not in the tree: an experiment's tree is what DVC and `git diff` compare, and it has the same dvc.lock;
- not in the message: 300 packages are 6 KB in every `git log`, and of every commit of a sweep;
- not as Git notes: they are one ref that every run would rewrite, twenty at once, and a process a run;
- a blob is named by its content, so all runs of a sweep share one, two machines with the same packages as
  well, and a run in surroundings that are known costs the look at one ref. It is a ref of its own, so that
  `git gc` keeps it; not under refs/exps/, where DVC takes every ref for an experiment; and it never changes,
  so a push or a fetch of it can't conflict.

`exp push` takes along those that the pushed experiments name, `exp pull` fetches those that are not here yet.
They are never removed: a few KB each, and there is one for each change of the surroundings.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress

from gitexp.errors import ExpError
from gitexp.experiment.environment.probe import EnvironmentProbe
from gitexp.experiment.environment.record import Environment, environment_text, parse_environment
from gitexp.experiment.environment.share import ENVIRONMENTS
from gitexp.experiment.message import parse
from gitexp.git.blobs import write_blob
from gitexp.git.objects import ObjectReader
from gitexp.git.refs import RefConflict, create_ref, read_ref
from gitexp.git.repo import Repo, read_head
from gitexp.project import Project


class EnvironmentKeeper:
    """Records the environment of each run of one process. For any thread."""

    def __init__(self, project: Project) -> None:
        self._repo = project.repo
        self._probe = EnvironmentProbe(project)
        self._last: tuple[Environment, str] | None = None

    def record(self) -> str | None:
        """Keep the environment as it is now; its id. None if that fails: it is no reason not to run."""
        try:
            environment = self._probe.now()
            last = self._last
            if last is None or last[0] is not environment:  # the probe returns the same as long as it is
                last = self._last = (environment, keep_environment(self._repo, environment))
            return last[1]
        except (ExpError, OSError):
            return None


def keep_environment(repo: Repo, environment: Environment) -> str:
    """Write the record unless it is known; its id. Raises ExpError when git fails."""
    text = environment_text(environment)
    oid = _blob_id(repo, text)
    if read_ref(repo, ENVIRONMENTS + oid) != oid:
        oid = write_blob(repo, text)
        with suppress(RefConflict):  # another run of the same surroundings was first
            create_ref(repo, ENVIRONMENTS + oid, oid)
    return oid


def read_environment(reader: ObjectReader, message: str) -> Environment | None:
    """The record that a commit's message names; None if it names none, or it is not here."""
    oid = parse(message).environment
    text = reader.read(oid) if oid else None
    return parse_environment(text) if text is not None else None


def _blob_id(repo: Repo, text: bytes) -> str:
    """What Git will call it, without asking."""
    head = read_head(repo).commit or ""
    digest = hashlib.sha256 if len(head) == 64 else hashlib.sha1
    return digest(b"blob %d\0" % len(text) + text).hexdigest()
