"""What a user without permission meets: a clear error, nothing half written, and it works when it may."""

from __future__ import annotations

import os
import pwd
import shutil
import sys
from pathlib import Path

import pytest

from tests.programs import EXP, Finished, finish, start
from tests.repos import make_project, write_files

CONFIG = "[core]\n    remote = main\n['remote \"main\"']\n    url = ../../store\n"
POWERS = "dac_override,dac_read_search,fowner,chown"


class Somebody:
    """Somebody whom permissions bind, and to whom the files of a test belong.

    An ordinary user where that user can start our interpreter; else root without the powers of root.
    """

    def __init__(self) -> None:
        if os.geteuid() != 0 or shutil.which("setpriv") is None:
            pytest.skip("to act as another user takes root and setpriv")
        nobody = pwd.getpwnam("nobody")
        places = (Path(sys.executable).resolve(), Path(__file__).resolve())
        self.is_user = all(top.stat().st_mode & 0o001 for place in places for top in place.parents)
        if self.is_user:
            ids = (f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups")
            self._become: tuple[str, ...] = ("setpriv", *ids)
        else:
            self._become = ("setpriv", "--bounding-set=" + ",".join(f"-{one}" for one in POWERS.split(",")))
        self._own, self._other = (nobody.pw_uid, 0) if self.is_user else (0, nobody.pw_uid)

    def run(self, cwd: Path, *words: str) -> Finished:
        """`exp WORDS`."""
        return finish(start(cwd, (*self._become, *EXP, *words)))

    def give(self, top: Path) -> None:
        """Everything there is theirs."""
        for path in (top, *top.rglob("*")):
            os.chown(path, self._own, -1, follow_symlinks=False)

    def take(self, path: Path) -> None:
        """It belongs to another user."""
        os.chown(path, self._other, -1)
        path.chmod(0o755)


@pytest.fixture
def somebody() -> Somebody:
    return Somebody()


@pytest.fixture
def repo(work: Path, somebody: Somebody) -> Path:
    repo = make_project(work / "repo", {".dvc/config": CONFIG})
    write_files(repo, {"data/a": "1", "data/b": "2"})
    if somebody.is_user:
        for folder in work.parents:
            if not folder.stat().st_mode & 0o001:
                folder.chmod(folder.stat().st_mode | 0o011)
    somebody.give(work)
    return repo


def refused(somebody: Somebody, cwd: Path, *words: str) -> str:
    done = somebody.run(cwd, *words)
    assert done.code == 1 and done.out == "" and "Traceback" not in done.err, done
    error, hint, *_ = done.err.splitlines()
    assert error.startswith("error: ") and hint.startswith("hint: "), done.err
    return error


def files(top: Path) -> set[str]:
    return {path.relative_to(top).as_posix() for path in top.rglob("*") if path.is_file()}


def ok(somebody: Somebody, cwd: Path, *words: str) -> None:
    done = somebody.run(cwd, *words)
    assert done.code == 0, done


def test_a_data_file_that_cant_be_read(repo: Path, somebody: Somebody) -> None:
    (repo / "data/b").chmod(0)
    assert "data/b: permission denied" in refused(somebody, repo, "add", "data")
    assert not (repo / "data.dvc").exists() and files(repo / ".dvc/cache") == set()
    (repo / "data/b").chmod(0o644)
    ok(somebody, repo, "add", "data")
    assert len(files(repo / ".dvc/cache")) == 3


def test_a_folder_that_cant_be_entered(repo: Path, somebody: Somebody) -> None:
    write_files(repo, {"data/sub/c": "3"})
    (repo / "data/sub").chmod(0)
    assert "data/sub: permission denied" in refused(somebody, repo, "add", "data")
    (repo / "data/sub").chmod(0o755)
    somebody.give(repo / "data")
    ok(somebody, repo, "add", "data")


def test_a_cache_that_cant_be_written(repo: Path, somebody: Somebody) -> None:
    (repo / ".dvc/cache").mkdir()
    somebody.take(repo / ".dvc/cache")
    assert "permission denied" in refused(somebody, repo, "add", "data")
    assert not (repo / "data.dvc").exists() and (repo / "data/a").read_text() == "1"
    somebody.give(repo / ".dvc/cache")
    ok(somebody, repo, "add", "data")


def test_a_workspace_that_cant_be_written(repo: Path, somebody: Somebody) -> None:
    ok(somebody, repo, "add", "data")
    shutil.rmtree(repo / "data")
    repo.chmod(0o555)
    assert "permission denied" in refused(somebody, repo, "checkout")
    assert not (repo / "data").exists()
    repo.chmod(0o755)
    ok(somebody, repo, "checkout")
    assert files(repo / "data") == {"a", "b"}


def test_a_remote_that_cant_be_written_or_read(repo: Path, work: Path, somebody: Somebody) -> None:
    ok(somebody, repo, "add", "data")
    (work / "store").mkdir()
    somebody.take(work / "store")
    assert "permission denied" in refused(somebody, repo, "data", "push")
    assert files(work / "store") == set()
    somebody.give(work / "store")
    ok(somebody, repo, "data", "push")
    sent = files(work / "store")
    assert len(sent) == 3
    shutil.rmtree(repo / ".dvc/cache")
    (work / "store").chmod(0)
    assert "permission denied" in refused(somebody, repo, "data", "fetch")
    assert files(repo / ".dvc/cache") == set()
    (work / "store").chmod(0o755)
    ok(somebody, repo, "data", "fetch")
    assert len(files(repo / ".dvc/cache")) == 3


def test_garbage_that_cant_be_removed(repo: Path, somebody: Somebody) -> None:
    ok(somebody, repo, "add", "data")
    (repo / "data.dvc").unlink()
    for folder in (repo / ".dvc/cache/files/md5").iterdir():
        somebody.take(folder)
    assert "permission denied" in somebody.run(repo, "gc", "-w", "-f").err
    somebody.give(repo / ".dvc/cache")
    ok(somebody, repo, "gc", "-w", "-f")
    assert files(repo / ".dvc/cache") == set()
