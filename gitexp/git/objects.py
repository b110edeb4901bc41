"""Read blobs, trees and commits through one `git cat-file --batch` process; write a commit.

A question costs about 40 µs once the process runs (3 ms). Objects never change, so what is asked by id and
small is remembered: experiments of one baseline share most of their trees.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cache, lru_cache
from types import TracebackType
from typing import IO, cast

from gitexp.content import encoded
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.git.command import clean_environment, missing, run_git
from gitexp.git.repo import Repo

_OID_LENGTHS = (40, 64)
_KEPT_TREES = 4096
_ENTRY = {size: re.compile(rb"[0-7]+ [^\0]+\0.{%d}" % size, re.DOTALL) for size in (20, 32)}
_TREE_LINE = re.compile(rb"tree ([0-9a-f]{40}(?:[0-9a-f]{24})?)\n")
_COMMITTER = re.compile(rb"\ncommitter [^\n]*> (\d+) [^\n]*\n")


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit; times are seconds since the epoch, `author_zone` is as Git writes it ('+0200')."""

    oid: str
    tree: str
    parents: tuple[str, ...]
    author_name: str
    author_email: str
    author_time: int
    author_zone: str
    time: int
    message: str


@dataclass(frozen=True, slots=True)
class TreeItem:
    """One entry of a tree; `mode` as Git writes it: '100644', '100755', '120000', '160000', '40000'."""

    name: str
    mode: str
    oid: str

    @property
    def is_dir(self) -> bool:
        return self.mode == "40000"

    @property
    def is_link(self) -> bool:
        return self.mode == "120000"

    @property
    def is_submodule(self) -> bool:
        return self.mode == "160000"


class ObjectReader:
    """A `git cat-file --batch` process, started by the first question and stopped on leaving the `with`.

    Not to be shared between threads.
    """

    def __init__(self, repo: Repo) -> None:
        self._cwd = repo.work_tree
        self._process: subprocess.Popen[bytes] | None = None
        self._trees: dict[str, tuple[TreeItem, ...]] = {}

    def __enter__(self) -> ObjectReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop the process; a later question starts another."""
        process, self._process = self._process, None
        if process is not None:
            with suppress(BrokenPipeError):  # it was killed with a question on its way
                _stdin(process).close()
            _stdout(process).close()
            process.wait()

    def read(self, spec: str) -> bytes | None:
        """The bytes of an object by id, or of a file by '<commit>:<path>'; None if there is no such thing."""
        if "\n" in spec:
            return self._read_by_steps(spec)
        found = self._ask(spec)
        return found[2] if found else None

    def commit(self, oid: str) -> Commit | None:
        """The commit that `oid` (or any revision) names, tags peeled."""
        found = self._ask(oid + "^{commit}")
        return parse_commit(found[0], found[2]) if found else None

    def place(self, oid: str) -> tuple[str, int] | None:
        """The tree of a commit and its time: a tenth of the work of `commit`."""
        found = self._ask(oid + "^{commit}")
        if found is None:
            return None
        tree, when = _TREE_LINE.match(found[2]), _COMMITTER.search(found[2])
        if tree is None or when is None or b"\n\n" in found[2][: when.start()]:
            commit = parse_commit(found[0], found[2])  # unusual: a damaged date
            return commit.tree, commit.time
        return tree[1].decode(), int(when[1])

    def commits(self, oids: Iterable[str]) -> dict[str, Commit]:
        """Several commits at once; those that do not exist are left out."""
        found = {oid: self.commit(oid) for oid in oids}
        return {oid: commit for oid, commit in found.items() if commit is not None}

    def tree(self, spec: str) -> tuple[TreeItem, ...]:
        """The entries of a tree, by its id or by '<commit>:<folder>'; empty if it is none."""
        known = self._trees.get(spec)
        if known is not None:
            return known
        found = self._ask(spec if ":" in spec else spec + "^{tree}")
        if found is None or found[1] != "tree":
            return ()
        oid, _, data = found
        items = parse_tree(data, len(oid) // 2)
        if len(spec) in _OID_LENGTHS:  # an id, which always means the same tree
            if len(self._trees) >= _KEPT_TREES:
                self._trees.clear()
            self._trees[spec] = items
        return items

    def _read_by_steps(self, spec: str) -> bytes | None:
        """A path with a newline can't be asked for in one line: walk down its trees."""
        rev, _, path = spec.partition(":")
        *folders, name = path.split("/")
        tree = rev + "^{tree}"
        for folder in folders:
            below = next((item for item in self.tree(tree) if item.name == folder and item.is_dir), None)
            if below is None:
                return None
            tree = below.oid
        item = next((item for item in self.tree(tree) if item.name == name and not item.is_dir), None)
        return self.read(item.oid) if item else None

    def _ask(self, spec: str) -> tuple[str, str, bytes] | None:
        """Object id, type and bytes."""
        header = self._header(spec)
        if not header:
            # Killed by somebody who meant us, as a cluster that ends all processes of a job: once more.
            self.close()
            header = self._header(spec)
        stdout = _stdout(self._process or self._start())
        if not header:
            raise ExpError(f"git cat-file stopped at '{spec}'.", "`git fsck` checks the repository.")
        words = header.rstrip(b"\n").split(b" ")
        if len(words) != 3 or words[-1] in (b"missing", b"ambiguous"):
            return None
        data = stdout.read(int(words[2]))
        stdout.read(1)
        return words[0].decode(), words[1].decode(), data

    def _header(self, spec: str) -> bytes:
        """Ask, and the first line of the answer; empty when there is nobody who answers."""
        process = self._process or self._start()
        try:
            _stdin(process).write(os.fsencode(spec) + b"\n")
            _stdin(process).flush()
            return _stdout(process).readline()
        except BrokenPipeError:
            return b""

    def _start(self) -> subprocess.Popen[bytes]:
        try:
            self._process = subprocess.Popen(
                ["git", "cat-file", "--batch"],
                cwd=self._cwd,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=clean_environment(),
            )
        except FileNotFoundError:
            raise missing(self._cwd) from None
        return self._process


def parse_tree(data: bytes, oid_bytes: int = 20) -> tuple[TreeItem, ...]:
    """The entries of a raw tree object."""
    return tuple(_item(entry, oid_bytes) for entry in _ENTRY[oid_bytes].findall(data))


@lru_cache(maxsize=1 << 14)
def _item(entry: bytes, oid_bytes: int) -> TreeItem:
    """Experiments share most entries of their trees: each is one record."""
    mode, _, name = entry[: -oid_bytes - 1].partition(b" ")
    return TreeItem(os.fsdecode(name), mode.decode(), entry[-oid_bytes:].hex())


def parse_commit(oid: str, data: bytes) -> Commit:
    """A raw commit object as a record; its message is decoded as its header says."""
    head, _, body = data.partition(b"\n\n")
    headers: dict[bytes, list[bytes]] = {}
    for line in head.split(b"\n"):
        key, _, value = line.partition(b" ")
        if key:  # a signature goes on in lines that begin with a space
            headers.setdefault(key, []).append(value)
    encoding = headers.get(b"encoding", [b"utf-8"])[0].decode("ascii", "replace")
    name, email, author_time, zone = _signature(headers[b"author"][0], encoding)
    return Commit(
        oid=oid,
        tree=headers[b"tree"][0].decode(),
        parents=tuple(parent.decode() for parent in headers.get(b"parent", [])),
        author_name=name,
        author_email=email,
        author_time=author_time,
        author_zone=zone,
        time=_signature(headers[b"committer"][0], encoding)[2],
        message=_decode(body, encoding),
    )


def write_commit(repo: Repo, tree: str, parents: Sequence[str], message: str) -> str:
    """Write a commit (no ref) with the user's name, dates and, if commit.gpgSign says so, signature."""
    # commit-tree itself does not look at commit.gpgSign.
    sign = ["-S"] if commit_settings(repo).sign else []
    lineage = [word for parent in parents for word in ("-p", parent)]
    options = ["-c", "i18n.commitEncoding=UTF-8", "commit-tree", tree, *lineage, *sign, "-F", "-"]
    return run_git(repo.work_tree, *options, input=encoded(message)).text


@dataclass(frozen=True, slots=True)
class CommitSettings:
    """Git's settings that have a say when an experiment is made. `hooks_path`: core.hooksPath."""

    sign: bool = False
    hooks_path: str | None = None


@cache
def commit_settings(repo: Repo) -> CommitSettings:
    """Asked once a process: two settings, one question."""
    wanted = r"^(commit\.gpgsign|core\.hookspath)$"
    asked = run_git(repo.work_tree, "config", "-z", "--get-regexp", wanted, check=False)
    entries = (entry.partition("\n") for entry in asked.text.split("\0"))
    found = {key: value if equals else "true" for key, equals, value in entries}
    sign = found.get("commit.gpgsign", "").lower()
    return CommitSettings(sign not in ("", "false", "no", "off", "0"), found.get("core.hookspath"))


def _signature(line: bytes, encoding: str) -> tuple[str, str, int, str]:
    """Name, email, seconds, zone of an author or committer line; damaged dates read 0."""
    who, _, when = line.rpartition(b">")
    name, _, email = who.partition(b"<")
    seconds, _, zone = when.strip().decode("ascii", "replace").partition(" ")
    moment = int(seconds) if seconds.lstrip("-").isdigit() else 0
    return _decode(name.strip(), encoding), _decode(email, encoding), moment, zone or "+0000"


def _decode(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding, "replace")
    except LookupError:  # an encoding that Python does not know
        return data.decode("utf-8", "replace")


def _stdin(process: subprocess.Popen[bytes]) -> IO[bytes]:
    return cast("IO[bytes]", process.stdin)


def _stdout(process: subprocess.Popen[bytes]) -> IO[bytes]:
    return cast("IO[bytes]", process.stdout)
