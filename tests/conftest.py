"""What every test stands on: a HOME of its own, no user config, a fixed author and width; real servers."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import S3Server, SshServer, need_s3_server, need_ssh_server

KEPT = {"PATH", "LANG", "LC_ALL", "DVC_BIN", "TMPDIR", "SYSTEMROOT", "COVERAGE_PROCESS_START", "CI"}


@pytest.fixture(autouse=True, scope="session")
def heard_signals() -> None:
    """What `nohup` and the like made this process ignore, the programs that tests start would ignore too."""
    for number in (signal.SIGHUP, signal.SIGINT):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL if number is signal.SIGHUP else signal.default_int_handler)


@pytest.fixture(autouse=True)
def hermetic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Own HOME and Git config; author, dates, width, zone fixed; cwd inside the test's folder."""
    for name in list(os.environ):
        if name not in KEPT and not name.startswith(("PYTEST", "PYTHON", "VIRTUAL_ENV")):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(
        "[user]\n\tname = Ann Example\n\temail = ann@example.com\n"
        '[init]\n\tdefaultBranch = main\n[protocol "file"]\n\tallow = always\n'
    )
    for name, value in {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": str(home / ".gitconfig"),
        "DVC_GLOBAL_CONFIG_DIR": str(home / "dvc-global"),
        "DVC_SYSTEM_CONFIG_DIR": str(home / "dvc-system"),
        "DVC_SITE_CACHE_DIR": str(home / "dvc-site"),
        "DVC_NO_ANALYTICS": "1",
        "SHELL": "/bin/sh",
        "COLUMNS": "100",
        "TZ": "UTC",
        "NO_COLOR": "1",
        "TERM": "dumb",
    }.items():
        monkeypatch.setenv(name, value)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """An empty folder, the current directory of the test."""
    return tmp_path / "work"


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where what many tests begin with is made by the first of them: see `tests.repos.copy_of`."""
    return tmp_path_factory.mktemp("once")


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """A real S3 server with the bucket `bucket`, for all tests of this process that want one."""
    with need_s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture(scope="session")
def ssh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    with need_ssh_server(tmp_path_factory.mktemp("ssh")) as server:
        yield server
