"""Git servers as people have them, for one test: a path, git daemon, sshd, a web server with passwords.

Each is a context manager that gives the URL of a folder of bare repositories. A server whose program is
missing skips the test, saying which.
"""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.programs import git
from tests.servers import free_port

PATIENCE = 20.0  # seconds for a server to answer
LOCAL = "127.0.0.1"

Server = Callable[[Path], AbstractContextManager[str]]


@contextmanager
def bare_path(folder: Path) -> Iterator[str]:
    """No server: the repositories lie in `folder`."""
    yield str(folder)


@contextmanager
def git_daemon(folder: Path) -> Iterator[str]:
    """Git's own protocol, pushing allowed."""
    port = free_port()
    words = ["git", "daemon", "--export-all", "--enable=receive-pack", f"--base-path={folder}"]
    with _running([*words, f"--listen={LOCAL}", f"--port={port}", "--reuseaddr", str(folder)], port):
        yield f"git://{LOCAL}:{port}"


@contextmanager
def ssh_server(folder: Path) -> Iterator[str]:
    """OpenSSH on a port of its own; the client's key and known hosts are new too."""
    sshd = _program("sshd", "openssh-server")
    _program("ssh-keygen", "openssh-client")
    place = folder.parent / "ssh"
    place.mkdir()
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", place / name], check=True)
    port = free_port()
    host_key = (place / "host.pub").read_text()
    (place / "known_hosts").write_text(f"[{LOCAL}]:{port} {host_key}")
    (place / "config").write_text(
        f"ListenAddress {LOCAL}:{port}\nHostKey {place / 'host'}\nAuthorizedKeysFile {place / 'user.pub'}\n"
        "PasswordAuthentication no\nPermitRootLogin prohibit-password\nStrictModes no\nUsePAM no\n"
        f"PidFile {place / 'pid'}\n"
    )
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # sshd insists on it when root starts it
    options = f"-F none -i {place / 'user'} -o IdentitiesOnly=yes"
    client = f"ssh {options} -o UserKnownHostsFile={place / 'known_hosts'}"
    git(folder, "config", "--global", "core.sshCommand", client)
    with _running([sshd, "-D", "-e", "-f", str(place / "config")], port):
        yield f"ssh://{getpass.getuser()}@{LOCAL}:{port}{folder}"


@contextmanager
def web_server(folder: Path) -> Iterator[str]:
    """Smart HTTP: git-http-backend behind lighttpd, with a password that a credential helper knows."""
    lighttpd = _program("lighttpd", "lighttpd")
    backend = Path(git(folder, "--exec-path")) / "git-http-backend"
    port = free_port()
    place = folder.parent / "web"
    place.mkdir()
    (place / "users").write_text("ann:s3cret word\n")
    (place / "config").write_text(
        f'server.document-root = "{folder}"\nserver.port = {port}\nserver.bind = "{LOCAL}"\n'
        'server.modules = ("mod_alias", "mod_setenv", "mod_auth", "mod_authn_file", "mod_cgi")\n'
        f'alias.url = ("/git" => "{backend}")\n'
        'cgi.assign = ("" => "")\n'
        f'setenv.set-environment = ("GIT_PROJECT_ROOT" => "{folder}", "GIT_HTTP_EXPORT_ALL" => "1")\n'
        f'auth.backend = "plain"\nauth.backend.plain.userfile = "{place / "users"}"\n'
        'auth.require = ("" => ("method" => "basic", "realm" => "git", "require" => "valid-user"))\n'
    )
    (place / "credentials").write_text(f"http://ann:s3cret%20word@{LOCAL}%3a{port}\n")
    git(folder, "config", "--global", "credential.helper", f"store --file={place / 'credentials'}")
    with _running([lighttpd, "-D", "-f", str(place / "config")], port):
        yield f"http://{LOCAL}:{port}/git"


SERVERS: dict[str, Server] = {
    "path": bare_path,
    "daemon": git_daemon,
    "ssh": ssh_server,
    "http": web_server,
}


def _program(name: str, package: str) -> str:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if found is None:
        pytest.skip(f"no {name}: install {package}")
    return found


@contextmanager
def _running(words: list[str], port: int) -> Iterator[None]:
    """A server process while this lasts, from when it answers on `port`."""
    process = subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    )
    try:
        end = time.monotonic() + PATIENCE
        while not _answers(port):
            assert process.poll() is None, f"{words[0]}: {process.stderr.read() if process.stderr else ''!r}"
            assert time.monotonic() < end, f"{words[0]} does not answer"
            time.sleep(0.02)
        yield
    finally:
        os.killpg(process.pid, 15)
        process.wait()


def _answers(port: int) -> bool:
    try:
        socket.create_connection((LOCAL, port), timeout=1).close()
    except OSError:
        return False
    return True
