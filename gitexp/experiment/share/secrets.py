"""Files that look like credentials and that an experiment has though its baseline did not: before a push.

A snapshot takes every file that Git does not ignore; a key that lies about is easily among them. What the
baseline had is known to whoever can read the repository.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from gitexp.dataclass import dataclass
from gitexp.experiment.experiment import Experiment
from gitexp.git.blobs import read_small_blobs
from gitexp.git.repo import Repo
from gitexp.git.restore import added_files

_BIGGEST = 256 * 1024  # bytes; a key is small

_NAMES = re.compile(
    r"(?:.*/)?(?:"
    r"\.env(?:\.(?!example|sample|template|dist).*)?|\.netrc|_netrc|\.pgpass|\.pypirc|\.npmrc|\.htpasswd"
    r"|\.git-credentials|id_(?:rsa|dsa|ecdsa|ed25519)|.*\.(?:pem|p12|pfx|keystore|jks|kdbx|ppk)"
    r"|credentials(?:\.json|\.csv)?|service[-_]account.*\.json|kaggle\.json|secrets?\.(?:ya?ml|json|toml)"
    r")",
    re.IGNORECASE,
)
_CONTENT = re.compile(
    rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----"
    rb"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    rb"|\bgh[pousr]_[A-Za-z0-9]{36}\b|\bgithub_pat_\w{60,}"
    rb"|\bglpat-[\w-]{20,}|\bxox[abpr]-[\w-]{10,}|\bhf_[A-Za-z0-9]{30,}\b"
    rb"|\bsk-(?:ant-|proj-)?[\w-]{32,}|\bAIza[\w-]{35}\b"
)


@dataclass(frozen=True, slots=True)
class Suspect:
    """A file that looks like credentials, relative to the Git root, and the experiments that have it."""

    path: str
    experiments: tuple[str, ...]


def find_suspects(repo: Repo, experiments: Sequence[Experiment]) -> list[Suspect]:
    """Files that look like credentials by name or content; only those that the baseline does not have."""
    added = added_files(repo, [one.commit for one in experiments])
    files = [(path, blob) for found in added.values() for path, blob in found if not _is_generated(path)]
    contents = read_small_blobs(repo, {blob for _, blob in files}, _BIGGEST)
    telling = {blob for blob, content in contents.items() if _CONTENT.search(content)}
    suspicious = {(path, blob) for path, blob in files if blob in telling or _NAMES.fullmatch(path)}
    found: dict[str, list[str]] = {}
    for one in experiments if suspicious else ():
        for path, blob in added[one.commit]:
            if (path, blob) in suspicious:
                found.setdefault(path, []).append(one.name)
    return [Suspect(path, tuple(who)) for path, who in found.items()]


def _is_generated(path: str) -> bool:
    return path.rpartition("/")[2] in ("dvc.lock", ".gitignore")
