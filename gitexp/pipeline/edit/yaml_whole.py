"""YAML rewritten by ruamel's round trip: for the rare document that can't be edited in place.

Comments and quotes mostly survive; indentation and the wrapping of long lines may not.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from gitexp import deferred
from gitexp.pipeline.edit.edits import Edit, edit_in


def edit_yaml_whole(text: str, edits: Sequence[Edit]) -> str | None:
    """`text` with `edits` done, or None when ruamel can't."""
    ruamel: Any = deferred.module("ruamel.yaml")
    yaml = ruamel.YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    written = io.StringIO()
    try:
        document = yaml.load(text)
        for edit in edits:
            if edit.keys:
                edit_in(document, edit)
            else:
                document = edit.value
        yaml.dump(document, written)
    except (ruamel.error.YAMLError, LookupError, TypeError):
        return None
    return written.getvalue()
