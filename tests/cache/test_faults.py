"""Servers that drop, refuse, damage, cut and stall: all arrives whole, or what did not is named."""

from __future__ import annotations

import itertools
import os
import random
from pathlib import Path

import pytest

from gitexp.cache.hashing import md5_bytes
from gitexp.cache.remotes.remote import (
    Kind,
    Patience,
    Remote,
    RemoteStore,
    RemoteTrouble,
    open_remote,
    pull_objects,
    push_objects,
)
from gitexp.cache.store import Store
from gitexp.content import Hash
from tests.cache.odd_remotes import HASTY
from tests.faults import Fault, http_proxy, one_in, tcp_relay
from tests.servers import S3_KEYS, S3Server, SshServer

QUICK = {"read_timeout": "0.5"}  # seconds of silence that are too many
LARGE = random.Random(1).randbytes(3 << 20) * 6  # goes in parts


def make_data(top: Path, count: int, large: bytes = LARGE) -> Path:
    top.mkdir()
    for number in range(count):
        (top / f"file {number}").write_text(f"content {number}")
    (top / "large").write_bytes(large)
    return top


def s3_remote(endpoint: str, place: str, **options: str) -> RemoteStore:
    return open_remote(Remote("r", f"s3://bucket/{place}", {**S3_KEYS, "endpointurl": endpoint, **options}))


def test_all_arrives_whole_through_a_bad_line_to_s3(work: Path, s3: S3Server) -> None:
    here, there = Store(work / "cache"), Store(work / "other")
    hash = here.save(make_data(work / "data", 200))
    with http_proxy(s3.port, one_in(20)) as proxy:
        sent = push_objects(here, s3_remote(proxy.endpoint, "bad", **QUICK), [hash], patience=HASTY)
        assert sent.failed == () and sent.files == 202
        faults = dict(proxy.faults)
        got = pull_objects(there, s3_remote(proxy.endpoint, "bad", **QUICK), [hash], patience=HASTY)
    assert got.failed == () and got.files == 202 and there.verify(hash)
    assert all(proxy.faults[fault] > faults[fault] > 0 for fault in Fault)
    straight = Store(work / "straight")
    assert pull_objects(straight, s3_remote(s3.endpoint, "bad"), [hash]).failed == ()
    assert straight.verify(hash)


def test_what_never_gets_through_is_named_and_the_next_push_sends_only_that(work: Path, s3: S3Server) -> None:
    here = Store(work / "cache")
    hash = here.save(make_data(work / "data", 30))
    bad = md5_bytes(b"content 7")

    def fate(method: str, path: str, body: bytes) -> Fault | None:
        return Fault.ERROR if bad[2:] in path and method == "PUT" else None

    with http_proxy(s3.port, fate) as proxy:
        remote = s3_remote(proxy.endpoint, "named")
        sent = push_objects(here, remote, [hash], patience=HASTY)
        assert [failure.subject for failure in sent.failed] == [bad]
        assert "500" in sent.failed[0].reason
        assert sent.files == 30 and not any(one.key.endswith(".dir") for one in remote.list(""))
    assert push_objects(here, s3_remote(s3.endpoint, "named"), [hash]).files == 2  # it, and the manifest


def test_bytes_damaged_on_the_way_up_never_stay_there(work: Path, s3: S3Server) -> None:
    """Also where the server does not look: the ETag of a put tells, and what is wrong is taken away."""
    store = Store(work / "cache")
    hash = store.save(make_data(work / "data", 5))

    def fate(method: str, path: str, body: bytes) -> Fault | None:
        return Fault.FLIP if method == "PUT" and body else None

    with http_proxy(s3.port, fate) as proxy:
        sent = push_objects(
            store, s3_remote(proxy.endpoint, "flipped"), [hash], patience=Patience(tries=2, first=0.0)
        )
    assert len(sent.failed) == 6
    assert [one.key for one in s3_remote(s3.endpoint, "flipped").list("")] == []


def test_a_server_that_is_silent_is_given_up(work: Path, s3: S3Server) -> None:
    store = Store(work / "cache")
    (work / "f").write_text("f")
    hash = store.save(work / "f")
    with (
        http_proxy(s3.port, lambda *_: Fault.STALL) as proxy,
        pytest.raises(RemoteTrouble, match="s3://bucket/silent") as caught,
    ):
        remote = s3_remote(proxy.endpoint, "silent", read_timeout="0.1")
        push_objects(store, remote, [hash], patience=Patience(tries=2, first=0.0))
    assert caught.value.kind is Kind.PASSING


def ssh_remote(work: Path) -> RemoteStore:
    return open_remote(Remote("r", f"ssh://store{work}/remote", {"jobs": "3", "timeout": "3"}))


def test_all_arrives_whole_over_ssh_sessions_that_die(
    work: Path, ssh: SshServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = Store(work / "cache"), Store(work / "other")
    hash = here.save(make_data(work / "data", 60, LARGE[: 4 << 20]))
    lives = itertools.cycle((10_000, 20_000, 15_000, 8 << 20))
    dogged = Patience(tries=30, first=0.0)
    with tcp_relay(ssh.port, lambda: next(lives)) as relay:
        client = ssh.client_through(relay.port, work / "client")
        monkeypatch.setenv("PATH", f"{client}:{os.environ['PATH']}")
        assert push_objects(here, ssh_remote(work), [hash], patience=dogged).failed == ()
        assert pull_objects(there, ssh_remote(work), [hash], patience=dogged).failed == ()
    assert relay.ended > 3
    assert there.verify(hash)
    assert {path.name for path in (work / "remote").rglob("*") if path.is_file()} >= {hash.value[2:]}


def test_an_ssh_session_that_goes_silent_is_given_up(
    work: Path, ssh: SshServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(work / "cache")
    (work / "f").write_bytes(LARGE[: 4 << 20])
    hash = store.save(work / "f")
    lives = iter([20_000])
    with tcp_relay(ssh.port, lambda: next(lives, None)) as relay:
        relay.stalls = True
        client = ssh.client_through(relay.port, work / "client")
        monkeypatch.setenv("PATH", f"{client}:{os.environ['PATH']}")
        assert push_objects(store, ssh_remote(work), [Hash(hash.value)], patience=HASTY).files == 1
    assert relay.ended == 1
