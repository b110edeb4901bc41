"""How an object store is spoken to: certificates, how long to wait, how often to ask again."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any

from gitexp.cache.remotes.options import FALSE, TRUE, flag, seconds
from gitexp.errors import ExpError
from gitexp.project.settings import Remote

_CONNECT = 30.0  # seconds to get a connection
_SILENT = 60.0  # seconds without a byte of an answer, as botocore has it
_SENDING = 10  # a request with data may take so many times as long: nothing is heard while it is sent
_LONGEST = timedelta(hours=1)  # for one answer, however it trickles


class Manner(Enum):
    """What a client is for."""

    ASK = "questions, and data that comes: silence means that the connection is dead"
    SEND = "data that is sent: nothing is heard meanwhile"
    SEND_PARTS = "data that is sent in parts of one object: one that fails must not cost the others"


def client_options(remote: Remote, plain_http: bool, manner: Manner) -> Any:
    """The `client_options` of an obstore store. Raises ExpError for options that can't be."""
    silent = seconds(remote, "read_timeout", _SILENT)
    connect = seconds(remote, "connection_timeout", seconds(remote, "connect_timeout", _CONNECT))
    verify = remote.options.get("ssl_verify", "")
    options: dict[str, Any] = {
        "allow_http": plain_http or not flag(remote, "use_ssl", usual=True),
        "allow_invalid_certificates": verify.lower() in FALSE,
        "connect_timeout": timedelta(seconds=connect),
    }
    if manner is Manner.ASK:
        options |= {"read_timeout": timedelta(seconds=silent), "timeout": _LONGEST}
    else:
        options["timeout"] = timedelta(seconds=silent * _SENDING)
    if verify.lower() not in (*TRUE, *FALSE, ""):
        options["root_certificate"] = _certificates(remote, Path(verify).expanduser())
    return options


def retry_config(manner: Manner) -> Any:
    """Whole files are tried again by the transfer, which says so in the end; parts of one only here."""
    most = 6 if manner is Manner.SEND_PARTS else 1
    return {"max_retries": most, "retry_timeout": timedelta(seconds=20 * most)}


def _certificates(remote: Remote, file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        reason = (error.strerror or "").lower()
        raise ExpError(
            f"remote '{remote.name}': ssl_verify = {file}: {reason}.",
            "it is true, false, or a file of certificates (PEM).",
        ) from error
