"""The claims behind `meta: {gitexp: {mutex: gpu}}`: they hold stages of different builds apart."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from gitexp.content import encoded


def mutex_claims(names: Iterable[str]) -> list[str]:
    """The claim of each mutex. Any text can be a mutex's name."""
    return [f"mutex-{hashlib.sha256(encoded(name)).hexdigest()[:32]}" for name in names]
