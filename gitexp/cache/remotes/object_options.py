"""A remote's section of DVC's config as an object store: address, credentials, the rest."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from obstore.exceptions import BaseError
from obstore.store import AzureStore, GCSStore, S3Store

from gitexp import deferred
from gitexp.cache.remotes.aws_profile import aws_profile
from gitexp.cache.remotes.object_client import Manner, client_options, retry_config
from gitexp.cache.remotes.options import flag
from gitexp.cache.remotes.store import public_url
from gitexp.errors import ExpError
from gitexp.project.settings import Remote

# DVC's name of an option -> obstore's.
_S3 = {
    "access_key_id": "access_key_id",
    "secret_access_key": "secret_access_key",
    "session_token": "session_token",
    "region": "region",
    "endpointurl": "endpoint",
    "sse": "server_side_encryption",
    "sse_kms_key_id": "sse_kms_key_id",
    "sse_customer_key": "sse_customer_key_base64",
}
_AZURE = {
    "account_name": "account_name",
    "account_key": "account_key",
    "sas_token": "sas_key",
    "tenant_id": "tenant_id",
    "client_id": "client_id",
    "client_secret": "client_secret",
}
# The keys of a connection string -> obstore's.
_CONNECTION = {
    "accountname": "account_name",
    "accountkey": "account_key",
    "blobendpoint": "endpoint",
    "sharedaccesssignature": "sas_key",
}
# Azure's own, known to everybody: of its emulator, which `UseDevelopmentStorage=true` stands for.
_EMULATOR = {
    "account_name": "devstoreaccount1",
    "account_key": "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
    "endpoint": "http://127.0.0.1:10000/devstoreaccount1",
}
# What would have to go with every object that is sent, and can't: reading is not touched by it.
_UNSENDABLE = ("acl", "grant_full_control", "grant_read", "grant_read_acp", "grant_write_acp")


class Backend:
    """obstore's stores of one remote, each made when it is first needed: that reads all certificates.

    `unsendable` is an option that asks for what can't be sent along; None where there is none.
    `uploads` makes an Uploads, where those in parts stay until somebody asks (S3).
    """

    def __init__(
        self,
        make: Callable[[Manner], Any],
        unsendable: str | None = None,
        uploads: Callable[[], Any] | None = None,
    ) -> None:
        self._make = make
        self._made: dict[Manner, Any] = {}
        self._lock = threading.Lock()
        self.unsendable = unsendable
        self._uploads = uploads

    @property
    def uploads(self) -> Any:
        return self._uploads() if self._uploads is not None else None

    @property
    def config(self) -> Mapping[str, Any]:
        """What obstore understood. Holds secrets."""
        return dict(self.store(Manner.ASK).config)

    def store(self, manner: Manner) -> Any:
        with self._lock:
            if manner not in self._made:
                self._made[manner] = self._make(manner)
            return self._made[manner]


def open_backend(remote: Remote) -> Backend:
    """The obstore stores of a remote. Raises ExpError for what can't be made sense of."""
    url = urlsplit(remote.url)
    if not url.netloc:
        raise ExpError(f"remote '{remote.name}': its url names no bucket: {public_url(remote.url)}")
    prefix = url.path.strip("/") or None
    make = partial(_MAKERS[url.scheme], remote, url.netloc, prefix)
    if url.scheme == "s3":
        asked = [name for name in _UNSENDABLE if remote.options.get(name)]
        uploads = partial(_s3_uploads, remote, url.netloc, prefix)
        backend = Backend(make, asked[0] if asked else None, uploads)
    else:
        backend = Backend(make)
    try:
        backend.store(Manner.ASK)
    except (BaseError, ValueError) as error:
        raise ExpError(f"remote '{remote.name}': {str(error).partition(chr(10))[0]}") from error
    return backend


def _s3_config(remote: Remote) -> dict[str, str]:
    config = {**aws_profile(remote, os.environ), **_renamed(remote, _S3)}
    endpoint = config.get("endpoint", os.environ.get("AWS_ENDPOINT_URL", ""))
    if endpoint:
        config["endpoint"] = endpoint.rstrip("/")
    if "sse_customer_key_base64" in config:
        algorithm = remote.options.get("sse_customer_algorithm", "AES256")
        if algorithm != "AES256":
            raise ExpError(f"remote '{remote.name}': sse_customer_algorithm = {algorithm}; there is AES256.")
        config["server_side_encryption"] = "sse-c"
    if flag(remote, "allow_anonymous_login"):
        config["skip_signature"] = "true"
    return config


def _s3(remote: Remote, bucket: str, prefix: str | None, manner: Manner) -> Any:
    config = _s3_config(remote)
    return S3Store(
        bucket,
        prefix=prefix,
        config=config,  # type: ignore[arg-type]
        client_options=client_options(remote, config.get("endpoint", "").startswith("http://"), manner),
        retry_config=retry_config(manner),
    )


def _s3_uploads(remote: Remote, bucket: str, prefix: str | None) -> Any:
    module = deferred.module("gitexp.cache.remotes.object_uploads")
    return module.Uploads(remote, _s3_config(remote), bucket, prefix)


def _gcs(remote: Remote, bucket: str, prefix: str | None, manner: Manner) -> Any:
    config = {}
    if "credentialpath" in remote.options:
        config["application_credentials"] = remote.options["credentialpath"]
    endpoint = remote.options.get("endpointurl", "").rstrip("/")
    if endpoint:
        config["base_url"] = endpoint
    if flag(remote, "allow_anonymous_login"):
        # Without a signature obstore reads, but asks Google for a token to write. Other servers take any.
        config |= {"bearer_token": "anonymous"} if endpoint else {"skip_signature": "true"}
    return GCSStore(
        bucket,
        prefix=prefix,
        config=config,  # type: ignore[arg-type]
        client_options=client_options(remote, endpoint.startswith("http://"), manner),
        retry_config=retry_config(manner),
    )


def _azure(remote: Remote, container: str, prefix: str | None, manner: Manner) -> Any:
    config = {**_connection(remote.options.get("connection_string", "")), **_renamed(remote, _AZURE)}
    if "sas_key" in config:
        config["sas_key"] = config["sas_key"].lstrip("?")
    known = {"account_key", "sas_key", "client_secret"} & config.keys() or {
        "AZURE_STORAGE_ACCOUNT_KEY",
        "AZURE_STORAGE_SAS_TOKEN",
        "AZURE_CLIENT_SECRET",
        "AZURE_FEDERATED_TOKEN_FILE",
    } & os.environ.keys()
    if not known:
        config["use_azure_cli"] = "true"
    if flag(remote, "allow_anonymous_login"):
        config["skip_signature"] = "true"
    return AzureStore(
        container,
        prefix=prefix,
        config=config,  # type: ignore[arg-type]
        client_options=client_options(remote, config.get("endpoint", "").startswith("http://"), manner),
        retry_config=retry_config(manner),
    )


def _connection(written: str) -> dict[str, str]:
    """What an Azure connection string says: `AccountName=…;AccountKey=…;…`."""
    pairs = (item.partition("=") for item in written.split(";"))
    told = {key.strip().lower(): value.strip() for key, _, value in pairs if value.strip()}
    if told.get("usedevelopmentstorage", "").lower() == "true":
        return dict(_EMULATOR)
    found = {ours: told[key] for key, ours in _CONNECTION.items() if key in told}
    if "endpoint" not in found and "account_name" in found and "endpointsuffix" in told:
        protocol = told.get("defaultendpointsprotocol", "https")
        found["endpoint"] = f"{protocol}://{found['account_name']}.blob.{told['endpointsuffix']}"
    return found


def _renamed(remote: Remote, names: Mapping[str, str]) -> dict[str, str]:
    return {ours: remote.options[dvc] for dvc, ours in names.items() if remote.options.get(dvc)}


_MAKERS: Mapping[str, Callable[[Remote, str, str | None, Manner], Any]] = {
    "s3": _s3,
    "gs": _gcs,
    "azure": _azure,
}
