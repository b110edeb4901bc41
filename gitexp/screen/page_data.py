"""Data for a page: JSON that no content can break out of, images as text, folders for pages."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from gitexp.atomic import write_atomic
from gitexp.content import Value
from gitexp.experiment.plots.record import Image

_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".svg": "image/svg+xml",
}
# What could end the script element, or start a comment in it; the line separators end a line in old scripts.
_RISKY = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def script_json(data: Value) -> str:
    """`data` for `<script type="application/json">`: strict JSON in which no markup can be."""
    text = json.dumps(json_safe(data), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for risky, written in _RISKY.items():
        text = text.replace(risky, written)
    # Half a surrogate pair can't be written as UTF-8.
    return text.encode("utf-8", "replace").decode("utf-8")


def json_safe(data: Value) -> Value:
    """`data` with what JSON has no word for as one it has: NaN and infinities as null, dates as text."""
    if isinstance(data, Mapping):
        return {str(key): json_safe(inner) for key, inner in data.items()}
    if isinstance(data, (list, tuple)):
        return [json_safe(inner) for inner in data]
    if isinstance(data, float):
        return data if math.isfinite(data) else None
    return data if data is None or isinstance(data, (str, int, bool)) else str(data)


def data_url(image: Image) -> str:
    """The image itself as a URL."""
    kind = _TYPES[PurePosixPath(image.path).suffix.lower()]
    return f"data:{kind};base64,{base64.b64encode(image.content).decode()}"


def svg_url(picture: str) -> str:
    """An SVG as a URL: an image has no scripts and loads nothing."""
    return f"data:image/svg+xml;base64,{base64.b64encode(picture.encode()).decode()}"


def write_page(path: Path, text: str) -> None:
    """Write a page. A folder made for it keeps itself out of Git: pages are made anew at any time."""
    make_folder(path.parent)
    write_atomic(path, text.encode("utf-8", "replace"))


def make_folder(folder: Path) -> None:
    if not folder.exists():
        folder.mkdir(parents=True)
        write_atomic(folder / ".gitignore", b"*\n")
