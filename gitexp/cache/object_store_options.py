"""A remote's section of DVC's config as an object store: address, credentials, the rest."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from obstore.exceptions import BaseError
from obstore.store import AzureStore, GCSStore, S3Store

from gitexp.cache.aws_profile import aws_profile
from gitexp.errors import ExpError
from gitexp.project.settings import Remote

_TRUE = ("true", "yes", "on", "1")
_FALSE = ("false", "no", "off", "0")

# DVC's name of an option -> obstore's.
_S3 = {
    "access_key_id": "access_key_id",
    "secret_access_key": "secret_access_key",
    "session_token": "session_token",
    "region": "region",
    "endpointurl": "endpoint",
    "sse": "server_side_encryption",
    "sse_kms_key_id": "sse_kms_key_id",
}
_AZURE = {
    "account_name": "account_name",
    "account_key": "account_key",
    "sas_token": "sas_key",
    "tenant_id": "tenant_id",
    "client_id": "client_id",
    "client_secret": "client_secret",
}


def open_backend(remote: Remote) -> Any:
    """The obstore store of a remote. Raises ExpError for what can't be made sense of."""
    url = urlsplit(remote.url)
    if not url.netloc:
        raise ExpError(f"remote '{remote.name}': its url names no bucket: {remote.url}")
    prefix = url.path.strip("/") or None
    try:
        if url.scheme == "s3":
            return _open_s3(remote, url.netloc, prefix)
        if url.scheme == "gs":
            return _open_gcs(remote, url.netloc, prefix)
        return _open_azure(remote, url.netloc, prefix)
    except (BaseError, ValueError) as error:
        raise ExpError(f"remote '{remote.name}': {str(error).partition(chr(10))[0]}") from error


def _open_s3(remote: Remote, bucket: str, prefix: str | None) -> Any:
    options = _renamed(remote, _S3)
    config = {**aws_profile(remote, os.environ), **options}
    endpoint = config.get("endpoint", os.environ.get("AWS_ENDPOINT_URL", ""))
    if endpoint:
        config["endpoint"] = endpoint.rstrip("/")
    if _flag(remote, "allow_anonymous_login"):
        config["skip_signature"] = "true"
    return S3Store(
        bucket,
        prefix=prefix,
        config=config,  # type: ignore[arg-type]
        client_options=_client(remote, endpoint.startswith("http://")),
        retry_config=_ours_to_retry(),
    )


def _open_gcs(remote: Remote, bucket: str, prefix: str | None) -> Any:
    config = {}
    if "credentialpath" in remote.options:
        config["application_credentials"] = remote.options["credentialpath"]
    if _flag(remote, "allow_anonymous_login"):
        config["skip_signature"] = "true"
    endpoint = remote.options.get("endpointurl", "")
    if endpoint:
        config["base_url"] = endpoint
    return GCSStore(
        bucket,
        prefix=prefix,
        config=config,  # type: ignore[arg-type]
        client_options=_client(remote, endpoint.startswith("http://")),
        retry_config=_ours_to_retry(),
    )


def _open_azure(remote: Remote, container: str, prefix: str | None) -> Any:
    config = _renamed(remote, _AZURE)
    pairs = (item.partition("=") for item in remote.options.get("connection_string", "").split(";"))
    told = {key.strip(): value for key, _, value in pairs}
    for key, name in (
        ("AccountName", "account_name"),
        ("AccountKey", "account_key"),
        ("BlobEndpoint", "endpoint"),
    ):
        if told.get(key):
            config[name] = told[key]
    if not {"account_key", "sas_key", "client_secret"} & config.keys():
        config.setdefault("use_azure_cli", "true")
    if _flag(remote, "allow_anonymous_login"):
        config["skip_signature"] = "true"
    return AzureStore(
        container,
        prefix=prefix,
        config=config,  # type: ignore[arg-type]
        client_options=_client(remote, config.get("endpoint", "").startswith("http://")),
        retry_config=_ours_to_retry(),
    )


def _renamed(remote: Remote, names: Mapping[str, str]) -> dict[str, str]:
    return {ours: remote.options[dvc] for dvc, ours in names.items() if remote.options.get(dvc)}


def _flag(remote: Remote, name: str, usual: bool = False) -> bool:
    written = remote.options.get(name, "").lower()
    if written not in (*_TRUE, *_FALSE, ""):
        raise ExpError(f"remote '{remote.name}': {name} = {written} is neither true nor false.")
    return written in _TRUE if written else usual


def _client(remote: Remote, plain_http: bool) -> Any:
    """How to connect. In DVC `ssl_verify` may also name a file of certificates."""
    verify = remote.options.get("ssl_verify", "").lower()
    if verify not in (*_TRUE, *_FALSE, ""):
        raise ExpError(
            f"remote '{remote.name}': ssl_verify = {verify} names a file, which gitexp can't use.",
            "add the certificate to the system's, or set SSL_CERT_FILE.",
        )
    timeouts = {
        name: timedelta(seconds=float(remote.options[option]))
        for name, option in (("connect_timeout", "connect_timeout"), ("timeout", "read_timeout"))
        if remote.options.get(option)
    }
    return {
        "allow_http": plain_http or not _flag(remote, "use_ssl", usual=True),
        "allow_invalid_certificates": verify in _FALSE,
        "timeout": timedelta(minutes=10),
        **timeouts,
    }


def _ours_to_retry() -> Any:
    """A transfer tries again itself, and says so in the end: two layers of that would take minutes."""
    return {"max_retries": 1, "retry_timeout": timedelta(seconds=20)}
