"""TLS for the clients of ours that speak HTTP by themselves: whose certificates are believed."""

from __future__ import annotations

import ssl
from pathlib import Path

from gitexp.cache.remotes.options import FALSE, TRUE
from gitexp.errors import ExpError
from gitexp.project.settings import Remote


def tls_context(remote: Remote) -> ssl.SSLContext:
    """For a client of ours; `ssl_verify` is false, or names a file of certificates."""
    verify = remote.options.get("ssl_verify", "")
    named = Path(verify).expanduser() if verify.lower() not in (*TRUE, *FALSE, "") else None
    try:
        context = ssl.create_default_context(cafile=named)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ExpError(
            f"remote '{remote.name}': ssl_verify = {verify}: {reason}.",
            "it is true, false, or a file of certificates (PEM).",
        ) from error
    if verify.lower() in FALSE:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
