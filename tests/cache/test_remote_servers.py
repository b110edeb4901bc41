"""Every kind of remote against a real server on loopback; skipped, with the reason, where there is none."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gitexp.cache.hashing import md5_bytes
from gitexp.cache.remotes.remote import (
    Kind,
    Remote,
    RemoteStore,
    RemoteTrouble,
    key_of,
    open_remote,
    pull_objects,
    push_objects,
)
from gitexp.cache.store import Store
from gitexp.content import Hash
from gitexp.errors import ExpError
from tests.cache.odd_remotes import HASTY
from tests.faults import Proxy, http_proxy
from tests.servers import S3_KEYS, S3Server, SshServer, http_server, need_azure_server

with contextlib.suppress(ImportError):
    import obstore


@pytest.fixture(scope="session")
def gs(s3: S3Server) -> Iterator[Proxy]:
    """Google's XML API is S3's but for the signature, and no emulator of it takes obstore's uploads."""
    with http_proxy(s3.port, drops="authorization") as proxy:
        yield proxy


@pytest.fixture(scope="session")
def azure() -> Iterator[str]:
    """What a connection string has to be."""
    with need_azure_server() as connection:
        yield connection


@pytest.fixture(params=["s3", "ssh", "gs", "azure"])
def remote(request: pytest.FixtureRequest, work: Path, monkeypatch: pytest.MonkeyPatch) -> RemoteStore:
    server = request.getfixturevalue(request.param)
    place = work.parent.name
    if request.param == "gs":
        anonymous = {"endpointurl": server.endpoint, "allow_anonymous_login": "true"}
        return open_remote(Remote("r", f"gs://open/{place}", anonymous))
    if request.param == "azure":
        return open_remote(Remote("r", f"azure://box/{place}", {"connection_string": server}))
    if isinstance(server, S3Server):
        options = {**S3_KEYS, "endpointurl": server.endpoint}
        return open_remote(Remote("r", f"s3://bucket/{place}", options))
    monkeypatch.setenv("PATH", str(server.client), prepend=":")
    return open_remote(Remote("r", f"ssh://{server.host}{work}/a%20[remote]"))


def make_folder(top: Path, count: int = 40) -> Path:
    top.mkdir()
    for number in range(count):
        (top / f"file {number}").write_text(f"content {number}")
    return top


def test_a_push_and_a_pull_carry_everything(work: Path, remote: RemoteStore) -> None:
    here, there = Store(work / "cache [1]"), Store(work / "other")
    hash = here.save(make_folder(work / "data"))
    assert push_objects(here, remote, [hash], patience=HASTY).files == 41
    assert push_objects(here, remote, [hash], patience=HASTY).files == 0
    assert pull_objects(there, remote, [hash], patience=HASTY).files == 41
    assert there.verify(hash)


def test_what_is_not_there_is_told_apart_from_trouble(work: Path, remote: RemoteStore) -> None:
    got = pull_objects(Store(work / "cache"), remote, [Hash(md5_bytes(b"never put"))], patience=HASTY)
    assert [failure.kind for failure in got.failed] == [Kind.ABSENT]


def test_a_large_file_goes_in_parts(work: Path, remote: RemoteStore) -> None:
    here, there = Store(work / "cache"), Store(work / "other")
    (work / "big").write_bytes(b"0123456789abcdef" * (3 << 20) + b"end")
    hash = here.save(work / "big")
    seen = []
    push_objects(here, remote, [hash], progress=seen.append)
    assert seen[-1].size == seen[-1].all_size == hash.size
    pull_objects(there, remote, [hash])
    assert there.verify(hash)


def test_a_damaged_file_of_the_cache_does_not_get_there(work: Path, remote: RemoteStore) -> None:
    (work / "f").write_text("other content")
    with pytest.raises(RemoteTrouble) as caught:
        remote.put(work / "f", "files/md5/ab/c", md5_bytes(b"content"), lambda size: None)
    assert caught.value.kind is Kind.DAMAGED
    assert remote.exists(["files/md5/ab/c"]) == {}


def test_listing_and_removing(work: Path, remote: RemoteStore) -> None:
    (work / "f").write_text("f")
    keys = [f"files/md5/{number:02x}/{number:030x}" for number in range(5)]
    for key in keys:
        remote.put(work / "f", key, None, lambda size: None)
    assert sorted(found.key for found in remote.list("files/md5/")) == keys
    assert all(found.size == 1 for found in remote.list("files/md5/"))
    remote.delete([*keys[:3], "files/md5/ff/never"])
    assert sorted(remote.exists(keys)) == keys[3:]
    assert [found.key for found in remote.list("files/md5/04/")] == keys[4:]


def test_many_keys_are_looked_up_by_listing(work: Path, remote: RemoteStore) -> None:
    (work / "f").write_text("f")
    there = [f"files/md5/{number:02x}/{number:030x}" for number in range(3)]
    for key in there:
        remote.put(work / "f", key, None, lambda size: None)
    asked = [f"files/md5/{number % 8:02x}/{number:030x}" for number in range(600)]
    assert remote.exists(asked) == dict.fromkeys(there, 1)


def test_unfinished_uploads_are_found_and_dropped(work: Path, s3: S3Server) -> None:
    place = f"s3://bucket/{work.parent.name}/a dir"
    remote = open_remote(Remote("r", place, {**S3_KEYS, "endpointurl": s3.endpoint}))
    config: Any = {**S3_KEYS, "endpoint": s3.endpoint}
    store = obstore.store.S3Store("bucket", config=config, client_options={"allow_http": True})
    writers = []
    for name in (f"a dir/{key_of('0' * 32)}", "a dir/other", key_of("1" * 32)):
        writers.append(obstore.open_writer(store, f"{work.parent.name}/{name}", buffer_size=5 << 20))
        writers[-1].write(bytes(6 << 20))
    (found,) = remote.unfinished()
    assert found.key == key_of("0" * 32) and found.modified and abs(found.modified - time.time()) < 3600
    remote.sweep([found])
    assert list(remote.unfinished()) == [] == list(remote.list(""))
    assert (
        len(list(open_remote(Remote("r", place[:-6], {**S3_KEYS, "endpointurl": s3.endpoint})).unfinished()))
        == 1
    )
    wrong = {**S3_KEYS, "endpointurl": s3.endpoint, "secret_access_key": "wrong"}
    with pytest.raises(RemoteTrouble, match="status 403") as caught:
        list(open_remote(Remote("r", place, wrong)).unfinished())
    assert caught.value.kind is Kind.FATAL and caught.value.hint


def test_half_files_over_ssh_are_found_by_their_age(
    work: Path, ssh: SshServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(ssh.client), prepend=":")
    remote = open_remote(Remote("r", f"ssh://{ssh.host}{work}/store"))
    (work / "store/files/md5/ab").mkdir(parents=True)
    ages = {"0" * 30: 0, "1" * 30: 3 * 86400, "2" * 30: 400 * 86400}
    for name, age in ages.items():
        path = work / f"store/files/md5/ab/{name}.01234567.tmp"
        path.touch()
        os.utime(path, (time.time() - age,) * 2)
    (work / "store/files/md5/ab/notes.tmp").touch()
    found = {one.key[13:43]: one for one in remote.unfinished()}
    assert found.keys() == ages.keys()
    for name, one in found.items():
        assert one.modified is not None and abs(time.time() - ages[name] - one.modified) < 2 * 86400
    remote.sweep(list(found.values()))
    assert [path.name for path in (work / "store/files/md5/ab").iterdir()] == ["notes.tmp"]


def test_wrong_keys_are_one_error_at_once(work: Path, s3: S3Server) -> None:
    options = {**S3_KEYS, "secret_access_key": "wrong", "endpointurl": s3.endpoint}
    store = Store(work / "cache")
    hash = store.save(make_folder(work / "data"))
    with pytest.raises(RemoteTrouble, match="403") as caught:
        push_objects(store, open_remote(Remote("r", "s3://bucket/x", options)), [hash])
    assert caught.value.kind is Kind.FATAL and caught.value.hint


def test_keys_come_from_the_profile_of_aws(work: Path, s3: S3Server) -> None:
    aws = Path.home() / ".aws"
    aws.mkdir()
    (aws / "credentials").write_text("[lab]\naws_access_key_id = key\naws_secret_access_key = secret\n")
    (aws / "config").write_text(f"[profile lab]\nregion = us-east-1\nendpoint_url = {s3.endpoint}\n")
    remote = open_remote(Remote("r", "s3://bucket/profile", {"profile": "lab"}))
    assert remote.exists(["files/md5/ab/c"]) == {}
    with pytest.raises(ExpError, match="no AWS profile 'lob'"):
        open_remote(Remote("r", "s3://bucket", {"profile": "lob"}))


def test_a_host_that_lets_nobody_in_is_one_error(
    work: Path, ssh: SshServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(ssh.client), prepend=":")
    remote = open_remote(Remote("r", f"ssh://{ssh.host}{work}/r", {"user": "nobody-here"}))
    with pytest.raises(RemoteTrouble, match="Permission denied") as caught:
        remote.exists(["files/md5/ab/c"])
    assert caught.value.kind is Kind.FATAL


def filled(work: Path, count: int) -> tuple[Path, Hash]:
    """A folder laid out as a remote, with one directory in it."""
    store = Store(work / "cache")
    hash = store.save(make_folder(work / "data", count))
    push_objects(store, open_remote(Remote("r", str(work / "remote"))), [hash])
    return work / "remote", hash


def test_http_is_read(work: Path) -> None:
    folder, hash = filled(work, 5)
    there = Store(work / "other")
    with http_server(folder) as url:
        remote = open_remote(Remote("r", url))
        assert pull_objects(there, remote, [hash], patience=HASTY).failed == ()
        assert len(remote.exists(["files/md5/ab/c", f"files/md5/{hash.value[:2]}/{hash.value[2:]}"])) == 1
        with pytest.raises(RemoteTrouble, match="read-only"):
            push_objects(Store(work / "cache"), open_remote(Remote("r", f"{url}/empty")), [hash])
    assert there.verify(hash)


def test_all_arrives_whole_from_a_server_that_fails_in_one_of_ten_requests(work: Path) -> None:
    folder, hash = filled(work, 300)
    there = Store(work / "other")
    with http_server(folder, every=10) as url:
        got = pull_objects(there, open_remote(Remote("r", url)), [hash], patience=HASTY)
    assert got.failed == () and got.files == 301
    assert there.verify(hash)


def test_an_object_damaged_on_the_server_is_named_and_the_rest_arrives(work: Path) -> None:
    folder, hash = filled(work, 20)
    bad = md5_bytes(b"content 7")
    path = folder / "files" / "md5" / bad[:2] / bad[2:]
    path.chmod(0o644)
    path.write_text("damaged 7")
    there = Store(work / "other")
    with http_server(folder) as url:
        got = pull_objects(there, open_remote(Remote("r", url)), [hash], patience=HASTY)
    assert [(failure.subject, failure.kind) for failure in got.failed] == [(bad, Kind.DAMAGED)]
    assert got.files == 20
