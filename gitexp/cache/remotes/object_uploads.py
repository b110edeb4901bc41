"""Uploads in parts that a killed process began in an S3 bucket: what was sent of them is paid for, and no
listing of objects shows it. obstore can't ask for them, so the two requests are signed and sent here.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import datetime
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

from gitexp.cache.remotes.object_trouble import trouble_of_status
from gitexp.cache.remotes.options import seconds
from gitexp.cache.remotes.store import Kind, RemoteObject, RemoteTrouble, public_url
from gitexp.cache.remotes.tls import tls_context
from gitexp.project.settings import Remote

_ALGORITHM = "AWS4-HMAC-SHA256"
_MOST = 16 << 20  # bytes of an answer that lists a thousand uploads
_REGION = "us-east-1"
# obstore's names of an option and the environment's.
_KEYS = {
    "access_key_id": "AWS_ACCESS_KEY_ID",
    "secret_access_key": "AWS_SECRET_ACCESS_KEY",
    "session_token": "AWS_SESSION_TOKEN",
    "region": "AWS_REGION",
}


class Uploads:
    """Those in one bucket below a prefix. `config` is obstore's; without keys in it or in the environment
    (a role of the machine, say) `can_ask` is False.
    """

    def __init__(self, remote: Remote, config: Mapping[str, str], bucket: str, prefix: str | None) -> None:
        self._keys = {name: config.get(name) or os.environ.get(key, "") for name, key in _KEYS.items()}
        self._region = self._keys["region"] or _REGION
        endpoint = config.get("endpoint") or f"https://s3.{self._region}.amazonaws.com"
        self._bucket_url = f"{endpoint}/{bucket}"
        self._prefix = f"{prefix}/" if prefix else ""
        self._url = public_url(remote.url)
        self._timeout = seconds(remote, "read_timeout", 60.0)
        self._remote = remote

    @property
    def can_ask(self) -> bool:
        return bool(self._keys["access_key_id"] and self._keys["secret_access_key"])

    def list(self) -> Iterator[RemoteObject]:
        """All that are unfinished, with when they began. Raises RemoteTrouble."""
        after: dict[str, str] = {}
        while True:
            page = self._parsed(self._send("GET", "", {"uploads": "", "prefix": self._prefix, **after}))
            for upload in page.iterfind("{*}Upload"):
                key, began = upload.findtext("{*}Key", ""), upload.findtext("{*}Initiated", "")
                if key.startswith(self._prefix):
                    yield RemoteObject(
                        key.removeprefix(self._prefix),
                        None,
                        _seconds_of(began),
                        upload.findtext("{*}UploadId", ""),
                    )
            if page.findtext("{*}IsTruncated", "").lower() != "true":
                return
            after = {
                "key-marker": page.findtext("{*}NextKeyMarker", ""),
                "upload-id-marker": page.findtext("{*}NextUploadIdMarker", ""),
            }

    def abort(self, key: str, upload: str) -> None:
        """Drop what was sent of it. Raises RemoteTrouble."""
        try:
            self._send("DELETE", f"/{self._prefix}{key}", {"uploadId": upload})
        except RemoteTrouble as trouble:
            if trouble.kind is not Kind.ABSENT:
                raise

    def _parsed(self, text: bytes) -> ElementTree.Element:
        try:
            return ElementTree.fromstring(text)
        except ElementTree.ParseError:
            raise RemoteTrouble(Kind.FATAL, f"{self._url}: its list of uploads can't be read.") from None

    def _send(self, method: str, key: str, query: Mapping[str, str]) -> bytes:
        url = urlsplit(self._bucket_url + quote(key, safe="/-_.~"))
        asked = "&".join(f"{quote(name, '-_.~')}={quote(query[name], '-_.~')}" for name in sorted(query))
        request = urllib.request.Request(
            url._replace(query=asked).geturl(),
            method=method,
            headers=self.signed(method, url.netloc, url.path, asked),
        )
        try:
            with urllib.request.urlopen(
                request, timeout=self._timeout, context=tls_context(self._remote)
            ) as answer:
                return bytes(answer.read(_MOST))
        except urllib.error.HTTPError as error:
            raise trouble_of_status(
                error.code, self._url, error.read(2000).decode(errors="replace")
            ) from error
        except OSError as error:
            raise RemoteTrouble(Kind.PASSING, f"{self._url}: {getattr(error, 'reason', error)}") from error

    def signed(self, method: str, host: str, path: str, query: str, body: bytes = b"") -> dict[str, str]:
        """The headers of a request, signed as AWS wants it (version 4)."""
        content = hashlib.sha256(body).hexdigest()
        now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        headers = {"host": host, "x-amz-content-sha256": content, "x-amz-date": now}
        if self._keys["session_token"]:
            headers["x-amz-security-token"] = self._keys["session_token"]
        names = ";".join(sorted(headers))
        lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
        asked = "\n".join((method, path, query, lines, names, content))
        scope = f"{now[:8]}/{self._region}/s3/aws4_request"
        text = "\n".join((_ALGORITHM, now, scope, hashlib.sha256(asked.encode()).hexdigest()))
        key = f"AWS4{self._keys['secret_access_key']}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        signature = hmac.digest(key, text.encode(), "sha256").hex()
        credential = f"{self._keys['access_key_id']}/{scope}"
        headers["authorization"] = (
            f"{_ALGORITHM} Credential={credential}, SignedHeaders={names}, Signature={signature}"
        )
        return headers


def _seconds_of(written: str) -> float | None:
    try:
        return datetime.fromisoformat(written.replace("Z", "+00:00")).timestamp()
    except ValueError:
        return None
