"""Data remotes behind HTTP or HTTPS: read-only. Each object is one GET; there is no listing."""

from __future__ import annotations

import base64
import hashlib
import http.client
import ssl
import urllib.error
import urllib.request
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from gitexp.cache.remotes.options import jobs, seconds
from gitexp.cache.remotes.store import (
    Kind,
    Moved,
    RemoteObject,
    RemoteTrouble,
    absent,
    damaged,
    public_url,
    read_only,
)
from gitexp.cache.remotes.tls import tls_context
from gitexp.errors import ExpError
from gitexp.project.settings import Remote

_JOBS = 8
_BLOCK = 1 << 20
_TIMEOUT = 60.0  # seconds without a byte


class HttpRemote:
    """Implements RemoteStore, as far as reading goes."""

    def __init__(self, remote: Remote) -> None:
        self.url = public_url(remote.url.rstrip("/"))
        self.jobs = jobs(remote, _JOBS)
        self._base = _without_user(remote.url.rstrip("/"))
        self._timeout = seconds(remote, "read_timeout", _TIMEOUT)
        self._headers = _headers(remote)
        self._opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=tls_context(remote)))

    def exists(self, keys: Collection[str]) -> Mapping[str, int | None]:
        with ThreadPoolExecutor(self.jobs) as pool:
            answers = pool.map(self._size, keys)
            return {key: size for key, (there, size) in zip(keys, answers, strict=True) if there}

    def _size(self, key: str) -> tuple[bool, int | None]:
        try:
            with self._open(key, "HEAD") as answer:
                length = answer.headers.get("Content-Length", "")
                return True, int(length) if length.isdigit() else None
        except RemoteTrouble as trouble:
            if trouble.kind is Kind.ABSENT:
                return False, None
            raise

    def put(self, source: Path, key: str, md5: str | None, moved: Moved) -> None:
        raise read_only(self.url, "HTTP remotes are read-only")

    def flush(self) -> None:
        """Nothing is ever put."""

    def get(self, key: str, target: Path, moved: Moved) -> str | None:
        digest = hashlib.md5(usedforsecurity=False)
        with self._open(key, "GET") as answer, target.open("xb") as file:
            length = answer.headers.get("Content-Length", "")
            size = 0
            while block := self._read(key, answer):
                digest.update(block)
                file.write(block)
                size += len(block)
                moved(len(block))
        if length.isdigit() and size != int(length):
            raise damaged(key, self.url)
        return digest.hexdigest()

    def list(self, prefix: str) -> Iterator[RemoteObject]:
        raise RemoteTrouble(
            Kind.FATAL,
            f"{self.url}: what is there can't be listed through HTTP.",
            "leave out --run-cache, or use another kind of remote.",
        )

    def delete(self, keys: Collection[str]) -> None:
        raise read_only(self.url, "HTTP remotes are read-only")

    def unfinished(self) -> Iterator[RemoteObject]:
        return iter(())

    def sweep(self, unfinished: Collection[RemoteObject]) -> None:
        """There never is anything."""

    def _open(self, key: str, method: str) -> http.client.HTTPResponse:
        request = urllib.request.Request(
            f"{self._base}/{quote(key)}", headers=dict(self._headers), method=method
        )
        try:
            answer: http.client.HTTPResponse = self._opener.open(request, timeout=self._timeout)
            return answer
        except urllib.error.HTTPError as error:
            error.close()
            raise self._refused(key, error.code, error.reason) from error
        except (OSError, http.client.HTTPException) as error:
            raise self._broken(error) from error

    def _read(self, key: str, answer: http.client.HTTPResponse) -> bytes:
        try:
            return answer.read(_BLOCK)
        except http.client.IncompleteRead:
            raise damaged(key, self.url) from None
        except (OSError, http.client.HTTPException) as error:
            raise self._broken(error) from error

    def _refused(self, key: str, code: int, reason: str) -> RemoteTrouble:
        if code in (404, 410):
            return absent(key, self.url)
        kind = Kind.PASSING if code >= 500 or code in (408, 429) else Kind.FATAL
        hint = "check `user`, `password` and `auth` of the remote." if code in (401, 403) else None
        return RemoteTrouble(kind, f"{self.url}: {code} {reason} for {key}", hint)

    def _broken(self, error: Exception) -> RemoteTrouble:
        reason = getattr(error, "reason", None) or error
        kind = Kind.FATAL if isinstance(reason, ssl.SSLCertVerificationError) else Kind.PASSING
        return RemoteTrouble(kind, f"{self.url}: {reason or type(error).__name__}")


def _headers(remote: Remote) -> Mapping[str, str]:
    """`auth`: basic, or custom with `custom_auth_header`. Digest is not offered."""
    options = remote.options
    auth = options.get("auth", "").lower()
    if auth == "custom":
        return {options.get("custom_auth_header", "Authorization"): options.get("password", "")}
    if auth not in ("", "basic"):
        raise ExpError(f"remote '{remote.name}': auth = {auth} is not supported.", "basic and custom are.")
    url = urlsplit(remote.url)
    user = options.get("user") or unquote(url.username or "")
    if not user:
        return {}
    pair = f"{user}:{options.get('password') or unquote(url.password or '')}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}


def _without_user(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def open_store(remote: Remote) -> HttpRemote:
    """Raises ExpError for options that can't be."""
    return HttpRemote(remote)
