"""Remotes that lie, lead astray or never end; and secrets, which no output holds."""

from __future__ import annotations

import http.server
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitexp.build.runcache import RunCache
from gitexp.cache.hashing import md5_bytes
from gitexp.cache.remotes.pull import pull_runs
from gitexp.cache.remotes.remote import Kind, Patience, open_remote, pull_objects
from gitexp.cache.store import Store
from gitexp.content import Hash
from gitexp.project.settings import Remote
from tests.programs import exp
from tests.repos import make_project, write_files
from tests.servers import S3Server

ONCE = Patience(tries=1)


def put(top: Path, value: str, data: bytes) -> Path:
    path = top / "files/md5" / value[:2] / value[2:]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def files_below(top: Path) -> list[str]:
    return sorted(path.relative_to(top).as_posix() for path in top.rglob("*") if path.is_file())


@pytest.mark.parametrize("relpath", ["../escaped", "/etc/escaped", "a/../../escaped", "a\0b", "."])
def test_a_manifest_that_leads_out_of_its_folder_is_no_manifest(work: Path, relpath: str) -> None:
    manifest = json.dumps([{"md5": md5_bytes(b"evil"), "relpath": relpath}]).encode()
    value = md5_bytes(manifest) + ".dir"
    put(work / "remote", value, manifest)
    put(work / "remote", md5_bytes(b"evil"), b"evil")
    store = Store(work / "cache")
    got = pull_objects(store, open_remote(Remote("r", str(work / "remote"))), [Hash(value)], patience=ONCE)
    assert [failure.kind for failure in got.failed] == [Kind.DAMAGED]
    assert files_below(work / "cache") == [] and not (work / "escaped").exists()


def test_a_link_of_the_remote_brings_nothing_but_what_the_hash_says(work: Path) -> None:
    (work / "secret").write_text("secret")
    value = md5_bytes(b"wanted")
    path = put(work / "remote", value, b"")
    path.unlink()
    path.symlink_to(work / "secret")
    store = Store(work / "cache")
    got = pull_objects(store, open_remote(Remote("r", str(work / "remote"))), [Hash(value)], patience=ONCE)
    assert [failure.kind for failure in got.failed] == [Kind.DAMAGED]
    assert files_below(work / "cache") == []


def test_a_device_is_no_object(work: Path) -> None:
    value = md5_bytes(b"wanted")
    path = put(work / "remote", value, b"")
    path.unlink()
    path.symlink_to("/dev/zero")
    store = Store(work / "cache")
    got = pull_objects(store, open_remote(Remote("r", str(work / "remote"))), [Hash(value)], patience=ONCE)
    assert [failure.kind for failure in got.failed] == [Kind.DAMAGED]


def test_runs_with_names_that_lead_elsewhere_are_passed_over(work: Path) -> None:
    write_files(
        work / "remote", {"runs/ab/ab..x/y": "cmd: x\n", "runs/../escaped": "x", "runs/ab/abc/de.tmp": "x"}
    )
    store = Store(work / "cache")
    got = pull_runs(
        store, open_remote(Remote("r", str(work / "remote"))), RunCache(store).is_sound, patience=ONCE
    )
    assert got.files == 0 and files_below(work / "cache") == []


class _Endless(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"x" * (1 << 20))
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Not on the test's stderr."""


@pytest.fixture
def endless() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Endless) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_body_that_never_ends_is_given_up(work: Path, endless: str) -> None:
    store = Store(work / "cache")
    wanted = Hash(md5_bytes(b"wanted"), size=6)
    got = pull_objects(store, open_remote(Remote("r", endless)), [wanted], patience=ONCE)
    assert [failure.kind for failure in got.failed] == [Kind.DAMAGED]
    assert files_below(work / "cache") == []


SECRETS = {
    "s3": ("s3://bucket/x", {"access_key_id": "AKIDsecret1", "secret_access_key": "s3cr3t-key"}),
    "http": (
        "http://ann:s3cr3t-pw@127.0.0.1:9/x?sig=s3cr3t-sig",
        {"user": "ann", "password": "s3cr3t-option"},
    ),
    "sas": (
        "azure://box/x",
        {"account_name": "acc", "sas_token": "sv=1&sig=s3cr3t-sas", "use_ssl": "perhaps"},
    ),
}


@pytest.mark.parametrize("kind", SECRETS)
def test_no_output_holds_a_secret(work: Path, s3: S3Server, kind: str) -> None:
    url, options = SECRETS[kind]
    if kind == "s3":
        options = {**options, "endpointurl": s3.endpoint, "region": "us-east-1"}
    lines = "".join(f'    {key} = "{value}"\n' for key, value in {"url": url, **options}.items())
    repo = make_project(work / "repo", {".dvc/config": f"[core]\n    remote = r\n['remote \"r\"']\n{lines}"})
    write_files(repo, {"f": "f"})
    assert exp(repo, "add", "f").code == 0
    words = ("data", "fetch") if kind == "http" else ("data", "push", "--json")
    if kind == "http":
        os.unlink(repo / ".dvc/cache/files/md5/8f/a14cdd754f91cc6554c9e71929cce7")
    done = exp(repo, *words)
    said = done.out + done.err
    assert done.code == 1 and "error: " in done.err and "Traceback" not in said
    for secret in ("s3cr3t", "czNjcjN0", "secret1"):
        assert secret not in said, said
    for log in (repo / ".git/gitexp").rglob("*"):
        assert not log.is_file() or b"s3cr3t" not in log.read_bytes()
