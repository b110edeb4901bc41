"""What obstore's errors mean: whether to ask again, what to tell, what to do about it."""

from __future__ import annotations

import re

from obstore.exceptions import BaseError, GenericError

from gitexp.cache.remotes.store import Kind, RemoteTrouble

_STATUS = re.compile(r"status code: (\d{3})|status (\d{3})|error \((\d{3})")
_QUERY = re.compile(r"\?\S*")  # may hold a signature
_NO_BUCKET = ("NoSuchBucket", "ContainerNotFound", "The specified bucket does not exist")
# The request did not arrive as it was sent, or not in time.
_SPOILED = re.compile(
    "BadDigest|SHA256Mismatch|InvalidDigest|IncompleteBody|RequestTimeout|Md5Mismatch|InvalidPart"
    "|NoSuchUpload|MalformedXML|BadRequest"
)


def trouble_of(error: Exception, url: str, was_allowed: bool) -> RemoteTrouble | None:
    """The trouble behind an error of obstore; None if it is none of its errors.

    `was_allowed`: the server did the like for us before, so a refusal is about this request.
    """
    text = str(error)
    if isinstance(error, FileNotFoundError):
        kind = Kind.FATAL if any(word in text for word in _NO_BUCKET) else Kind.ABSENT
    elif isinstance(error, GenericError):
        kind = _kind_of(text, was_allowed)
    elif isinstance(error, PermissionError) or type(error).__name__ == "UnauthenticatedError":
        kind = Kind.PASSING if was_allowed else Kind.FATAL
    elif isinstance(error, BaseError):
        kind = Kind.FATAL
    else:
        return None
    told = _QUERY.sub("", text.partition("\n")[0]).strip().rstrip(":")
    return RemoteTrouble(kind, f"{url}: {told}", _hint(text))


def _kind_of(text: str, was_allowed: bool) -> Kind:
    """Servers that are busy or broken may recover; what is wrong with the request will not."""
    found = _STATUS.search(text)
    if found is None:
        return Kind.PASSING
    code = int(next(group for group in found.groups() if group))
    if code >= 500 or code in (408, 429) or (code in (401, 403) and was_allowed):
        return Kind.PASSING
    return Kind.DAMAGED if _SPOILED.search(text) else Kind.FATAL


def trouble_of_status(code: int, url: str, text: str) -> RemoteTrouble:
    """What an answer that is no success means."""
    if code == 404:
        kind = Kind.FATAL if any(word in text for word in _NO_BUCKET) else Kind.ABSENT
    else:
        kind = Kind.PASSING if code >= 500 or code in (408, 429) else Kind.FATAL
    return RemoteTrouble(kind, f"{url}: status {code}", _hint(f"{code} {text}"))


def _hint(text: str) -> str | None:
    if "403" in text or "401" in text or "credential" in text.lower():
        return (
            "check the credentials: the remote's section in .dvc/config.local, the environment, or `profile`."
        )
    if any(word in text for word in _NO_BUCKET):
        return "check the bucket's name in the remote's url; gitexp does not create buckets."
    if "301" in text or "PermanentRedirect" in text or "AuthorizationHeaderMalformed" in text:
        return "the bucket may be in another region: set `region` of the remote."
    return None
