"""`exp add` with -o and --to-remote beside DVC's: the same .dvc files, the same objects."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.programs import Dvc, exp, exp_ok, git
from tests.repos import make_project, write_files

CONFIG = "[core]\n    remote = main\n['remote \"main\"']\n    url = ../../store-{name}\n"


@pytest.fixture
def pair(work: Path) -> tuple[Path, Path]:
    """Two projects alike, and what lies beside them."""
    write_files(work / "far", {"file": "hi\n", "dir/a": "a\n", "dir/sub/b": "b\n"})
    (work / "far/file").chmod(0o755)
    ours, theirs = (
        make_project(work / name, {".dvc/config": CONFIG.format(name=name), "sub/x": "x"})
        for name in ("ours", "theirs")
    )
    return ours, theirs


def files_below(top: Path) -> dict[str, bytes]:
    """But for the copies that DVC leaves behind when it adds from elsewhere."""
    files = (path for path in top.rglob("*") if path.is_file() and path.suffix != ".tmp")
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize(
    "words",
    [
        ("../far/file", "-o", "data/f"),
        ("../far/file", "-o", "sub"),
        ("../far/dir", "-o", "sub/d"),
        ("../far/file", "--to-remote"),
        ("../far/dir", "--to-remote", "-o", "sub/d"),
    ],
    ids=" ".join,
)
def test_the_same_is_tracked_and_kept(
    pair: tuple[Path, Path], work: Path, dvc: Dvc, words: tuple[str, ...]
) -> None:
    ours, theirs = pair
    for repo in pair:
        (repo / "data").mkdir()
    exp_ok(ours, "add", *words)
    assert dvc(theirs, "add", "-q", *words).code == 0
    for name in ("*[a-z].dvc", "*/*[a-z].dvc"):
        written = {path.relative_to(ours): path.read_bytes() for path in ours.glob(name)}
        assert written == {path.relative_to(theirs): path.read_bytes() for path in theirs.glob(name)}
    stores = [files_below(work / f"store-{repo.name}") for repo in pair]
    caches = [files_below(repo / ".dvc/cache") for repo in pair]
    assert stores[0] == stores[1] and caches[0] == caches[1]
    assert bool(stores[0]) == ("--to-remote" in words)
    git(ours, "add", "-A")
    assert dvc(ours, "pull", "-q").code == 0 and "up to date" in dvc(ours, "status").out
    assert git(ours, "status", "--porcelain") == git(ours, "status", "--porcelain", "-uno")


def test_what_cant_be_is_refused(pair: tuple[Path, Path]) -> None:
    repo, _ = pair
    for words, told in {
        ("../far/file",): "-o OUT",
        ("../far/nope", "-o", "x"): "does not exist",
        ("../far/file", "../far/dir", "-o", "x"): "one PATH",
        ("../far/file", "-o", "../far/copy"): "outside the project",
        ("../far/file", "-o", "sub/x"): "exists already",
        ("../far", "-o", "../far/dir"): "outside the project",
        (".", "-o", "sub"): "lie inside each other",
        ("../far/file", "-o", "x", "--no-commit"): "--no-commit",
        ("sub/x", "-r", "main"): "--to-remote",
        ("s3://b/x", "-o", "x"): "URL",
    }.items():
        done = exp(repo, "add", *words)
        assert done.code in (1, 2) and told in done.err, (words, done)


def test_an_out_is_replaced_when_told(pair: tuple[Path, Path]) -> None:
    repo, _ = pair
    exp_ok(repo, "add", "../far/file", "-o", "x")
    assert exp(repo, "add", "../far/dir", "-o", "x").code == 1
    exp_ok(repo, "add", "../far/dir", "-o", "x", "-f")
    assert files_below(repo / "x") == {"a": b"a\n", "sub/b": b"b\n"}
    exp_ok(repo, "add", "../far/file", "-o", "x", "-f")
    assert (repo / "x").read_text() == "hi\n"


def test_without_commit_only_the_hash_is_recorded(pair: tuple[Path, Path], dvc: Dvc) -> None:
    for repo in pair:
        write_files(repo, {"n/a": "1", "n/b": "2", "m": "3"})
    ours, theirs = pair
    exp_ok(ours, "add", "--no-commit", "n", "m")
    assert dvc(theirs, "add", "-q", "--no-commit", "n", "m").code == 0
    assert (ours / "n.dvc").read_bytes() == (theirs / "n.dvc").read_bytes()
    assert (ours / "m.dvc").read_bytes() == (theirs / "m.dvc").read_bytes()
    assert files_below(ours / ".dvc/cache") == {}


def test_without_relink_files_stay_what_they_are(pair: tuple[Path, Path]) -> None:
    repo, _ = pair
    (repo / ".dvc/config").write_text("[cache]\n    type = symlink\n")
    write_files(repo, {"n/a": "1"})
    exp_ok(repo, "add", "--no-relink", "n")
    assert not (repo / "n/a").is_symlink() and len(files_below(repo / ".dvc/cache")) == 2
    exp_ok(repo, "add", "n")
    assert (repo / "n/a").is_symlink()
