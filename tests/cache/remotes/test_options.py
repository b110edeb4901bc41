"""What a remote's section may say: honoured, or refused in words; and that no message holds a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitexp.cache.remotes.remote import Remote, RemoteTrouble, open_remote
from gitexp.cache.remotes.store import public_url
from gitexp.errors import ExpError
from tests.servers import S3_KEYS

pytest.importorskip("obstore")

open_backend = pytest.importorskip("gitexp.cache.remotes.object_options").open_backend


@pytest.mark.parametrize(
    ("url", "options", "words"),
    [
        ("s3://", {}, "names no bucket"),
        ("s3://b", {"use_ssl": "maybe"}, "use_ssl = maybe is neither true nor false"),
        ("s3://b", {"read_timeout": "soon"}, "read_timeout = soon is no number of seconds"),
        ("s3://b", {"connect_timeout": "-1"}, "connect_timeout = -1 is no number"),
        ("s3://b", {"ssl_verify": "/no/such.pem"}, "ssl_verify = /no/such.pem: no such file"),
        ("s3://b", {"jobs": "0"}, "jobs = 0 is no whole number"),
        ("s3://b", {"sse_customer_key": "a2V5", "sse_customer_algorithm": "ROT13"}, "there is AES256"),
        ("s3://b", {"sse": "nonsense"}, "remote 'r'"),
        ("gs://b", {"credentialpath": "/no/such.json"}, "remote 'r'"),
        ("ssh://h/p", {"timeout": "x"}, "timeout = x is no number"),
        ("https://h/p", {"auth": "digest"}, "auth = digest is not supported"),
        ("s3://b", {"version_aware": "true"}, "version_aware"),
        ("s3://b", {"worktree": "true"}, "worktree"),
    ],
)
def test_nonsense_is_refused_in_words(url: str, options: dict[str, str], words: str) -> None:
    with pytest.raises(ExpError) as caught:
        open_remote(Remote("r", url, options))
    assert words in caught.value.message and "\n" not in caught.value.message


def test_what_cant_go_along_with_objects_is_refused_when_something_is_sent(work: Path) -> None:
    (work / "f").write_text("f")
    remote = open_remote(Remote("r", "s3://b/x", {"acl": "public-read", **S3_KEYS}))
    with pytest.raises(RemoteTrouble, match="`acl`"):
        remote.put(work / "f", "files/md5/ab/c", None, lambda size: None)


@pytest.mark.parametrize(
    ("url", "options", "config"),
    [
        (
            "s3://bucket/a/b",
            {"endpointurl": "http://h:1/", "region": "eu-1", "sse": "aws:kms", "sse_kms_key_id": "id"},
            {"endpoint": "http://h:1", "region": "eu-1", "server_side_encryption": "aws:kms"},
        ),
        ("s3://b", {"access_key_id": "k", "secret_access_key": "s", "session_token": "t"}, {"token": "t"}),
        (
            "azure://box/p",
            {
                "connection_string": "DefaultEndpointsProtocol=https;AccountName=acc;AccountKey=a2V5;"
                "EndpointSuffix=core.example"
            },
            {"endpoint": "https://acc.blob.core.example", "account_name": "acc"},
        ),
        ("azure://box", {"account_name": "acc", "sas_token": "?sv=1&sig=x"}, {"account_name": "acc"}),
        (
            "azure://box",
            {"connection_string": "UseDevelopmentStorage=true"},
            {"account_name": "devstoreaccount1"},
        ),
    ],
)
def test_options_reach_the_library(url: str, options: dict[str, str], config: dict[str, str]) -> None:
    made = open_backend(Remote("r", url, options))
    from_library = {key.lower(): value for key, value in made.config.items()}
    for key, value in config.items():
        assert any(name.endswith(key) and found == value for name, found in from_library.items()), (
            from_library
        )


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://ann:pass@host/x?sig=1", "https://ann@host/x"),
        ("ssh://ann:pass@host:22/x", "ssh://ann@host:22/x"),
        ("s3://bucket/x", "s3://bucket/x"),
        ("/a folder/with ? and @", "/a folder/with ? and @"),
    ],
)
def test_urls_are_shown_without_what_is_secret(url: str, shown: str) -> None:
    assert public_url(url) == shown
