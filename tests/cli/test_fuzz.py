"""Whatever the bytes of the files that people write: an answer, or one `error:` line and exit 1; no write.

The files are those of the fixtures, and of real projects when GITEXP_CORPUS names a folder that has them in
`inputs/`. FUZZ says how many mutated files to try; a failure names its number, to be tried again alone with
FUZZ_FROM.
"""

from __future__ import annotations

import os
import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gitexp.cli import main
from gitexp.errors import Exit
from tests.evidence import workspace
from tests.repos import FIXTURES, fixture_repo, make_project

# Read when the tests are collected: during a test the environment is empty.
COUNT = int(os.environ.get("FUZZ", "150"))
FIRST = int(os.environ.get("FUZZ_FROM", "0"))
CORPUS = Path(os.environ.get("GITEXP_CORPUS", "/nonexistent")) / "inputs"

Change = Callable[[bytes, random.Random], bytes]
LineChange = Callable[[list[bytes], int, random.Random], None]

COMMANDS = (
    ("status",),
    ("status", "--json"),
    ("repro", "--dry"),
    ("dag", "--dot"),
    ("stage", "list", "--all"),
    ("show", "--json"),
    ("metrics", "show"),
    ("params", "diff"),
    ("freeze", "no-such-stage"),
    ("run", "--dry", "-S", "no.such.key=1"),
)
MUTABLE = re.compile(r"(^|/)(dvc\.yaml|dvc\.lock|params\.(yaml|json|toml|py)|\.dvc/config|.*[^/]\.dvc)$")
TOKENS = (
    *(
        b"${",
        b"}",
        b"${a.b[0]}",
        b": ",
        b"- ",
        b"\n",
        b"\t",
        b"#",
        b"'",
        b'"',
        b"[",
        b"{",
        b"&a ",
        b"*a",
        b"<<: ",
    ),
    *(
        b"\0",
        b"\xff\xfe",
        "é\u2028".encode(),
        b"null",
        b"~",
        b"1e999",
        b".inf",
        b"2020-02-30",
        b"0x",
        b"!!python",
    ),
    *(
        b"foreach: ",
        b"matrix: ",
        b"do:\n",
        b"vars: ",
        b"cmd: ",
        b"deps: ",
        b"outs: ",
        b"wdir: ..",
        b"../../x",
    ),
    *(b"s3://x", b"true", b"-1", b"9" * 5000, b"[" * 200, b"{a: " * 200, b"---\n", b"...\n", b"%YAML 1.1\n"),
)
LOCK = """\
schema: '2.0'
stages:
  top:
    cmd: x
    deps:
    - {path: data.txt, hash: md5, md5: 900150983cd24fb0d6963f7d28e17f72, size: 3}
    outs:
    - {path: top.txt, hash: md5, md5: 900150983cd24fb0d6963f7d28e17f72.dir, size: 3, nfiles: 1}
"""
TRACKED = "outs:\n- md5: 900150983cd24fb0d6963f7d28e17f72\n  size: 3\n  hash: md5\n  path: tracked.bin\n"


def mutate(text: bytes, chance: random.Random) -> bytes:
    """One to three changes such as a slip of the hand, a bad merge or a cut transfer makes."""
    for _ in range(chance.randint(1, 3)):
        text = chance.choice(CHANGES)(text, chance)
    return text


def _insert(text: bytes, chance: random.Random) -> bytes:
    at = chance.randint(0, len(text))
    return text[:at] + chance.choice(TOKENS) + text[at:]


def _cut(text: bytes, chance: random.Random) -> bytes:
    at = chance.randint(0, len(text))
    return text[:at] + text[at + chance.randint(1, 12) :]


def _end(text: bytes, chance: random.Random) -> bytes:
    return text[: chance.randint(0, len(text))]


def _flip(text: bytes, chance: random.Random) -> bytes:
    at = chance.randint(0, max(0, len(text) - 1))
    return text[:at] + bytes([chance.randrange(256)]) + text[at + 1 :]


def _lines(
    change: Callable[[list[bytes], int, random.Random], None],
) -> Callable[[bytes, random.Random], bytes]:
    def changed(text: bytes, chance: random.Random) -> bytes:
        lines = text.splitlines(keepends=True) or [b""]
        change(lines, chance.randrange(len(lines)), chance)
        return b"".join(lines)

    return changed


def _double(lines: list[bytes], at: int, chance: random.Random) -> None:
    lines.insert(at, lines[at])


def _drop(lines: list[bytes], at: int, chance: random.Random) -> None:
    del lines[at]


def _move(lines: list[bytes], at: int, chance: random.Random) -> None:
    lines.insert(chance.randrange(len(lines)), lines.pop(at))


def _indent(lines: list[bytes], at: int, chance: random.Random) -> None:
    lines[at] = b" " * chance.randint(0, 6) + lines[at].lstrip(b" ")


def _value(lines: list[bytes], at: int, chance: random.Random) -> None:
    key = lines[at].partition(b":")[0]
    lines[at] = key + b": " + chance.choice(TOKENS) + b"\n"


CHANGES: tuple[Change, ...] = (
    _insert,
    _cut,
    _end,
    _flip,
    *map(_lines, (_double, _drop, _move, _indent, _value)),
)


@pytest.fixture
def projects(work: Path) -> list[Path]:
    """Committed projects, each with every kind of file that a person or a merge can spoil."""
    found = [
        fixture_repo(source.name, work / "fixtures" / source.name) for source in sorted(FIXTURES.iterdir())
    ]
    for root in found:
        (root / "dvc.lock").write_text(LOCK)
        (root / "tracked.bin.dvc").write_text(TRACKED)
    for source in sorted(CORPUS.iterdir()) if CORPUS.is_dir() else []:
        root = work / "corpus" / source.name
        shutil.copytree(source, root, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        found.append(make_project(root, {"more": ""}))
    return found


@pytest.mark.slow
def test_no_mutated_file_brings_a_traceback_or_a_write(
    projects: list[Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = 0
    for number in range(FIRST, FIRST + COUNT):
        chance = random.Random(number)
        root = chance.choice(projects)
        paths = [path for path in root.rglob("*") if MUTABLE.search(path.relative_to(root).as_posix())]
        path = chance.choice(sorted(path for path in paths if path.is_file()))
        before = path.read_bytes()
        path.write_bytes(mutate(before, chance))
        words = chance.choice(COMMANDS)
        monkeypatch.chdir(root)
        state = workspace(root)
        capsys.readouterr()
        code = main(list(words))
        said = capsys.readouterr().err
        context = f"{number}: exp {' '.join(words)} after a change of {path}:\n{said}"
        assert code in (Exit.DONE, Exit.FAILED), context
        assert sum(line.startswith("error:") for line in said.splitlines()) == (code != Exit.DONE), context
        assert "Traceback" not in said, context
        assert workspace(root) == state, context
        refused += code != Exit.DONE
        path.write_bytes(before)
    assert 0 < refused < COUNT or COUNT < 20
