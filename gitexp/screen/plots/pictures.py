"""Vega-Lite specs drawn as PNG or SVG, and its JavaScript for pages that open without a network."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from gitexp import deferred
from gitexp.atomic import write_atomic
from gitexp.content import Value
from gitexp.errors import ExpError
from gitexp.screen.page_data import json_safe

_SCALE = 2  # pixels a point: sharp on today's screens
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def vega_script(cache: Path) -> str:
    """Vega, Vega-Lite and Vega-Embed as one script, global names `vega`, `vegaLite` and `vegaEmbed`.

    To bundle them takes seconds: the bundle is kept in the folder `cache`. Raises ExpError without the extra.
    """
    library = _library()
    known = cache / f"vega-{library.__version__}-{_version(library)}.js"
    try:
        return known.read_text(encoding="utf-8")
    except OSError:
        script: str = library.javascript_bundle(vl_version=_version(library))
        write_atomic(known, script.encode())
        return script


def svg_picture(spec: Value) -> str:
    """The spec as an SVG image. Raises ExpError without the extra, and for a spec that Vega-Lite refuses."""
    library = _library()
    try:
        picture: str = library.vegalite_to_svg(
            _in_xml(json_safe(spec)), vl_version=_version(library), allowed_base_urls=[]
        )
    except ValueError as error:
        raise _refused(error) from error
    return picture


def png_picture(spec: Value) -> bytes:
    """The spec as a PNG image. Raises ExpError as `svg_picture` does."""
    library = _library()
    try:
        picture: bytes = library.vegalite_to_png(
            _in_xml(json_safe(spec)), vl_version=_version(library), scale=_SCALE, allowed_base_urls=[]
        )
    except ValueError as error:
        raise _refused(error) from error
    return picture


def _in_xml(data: Value) -> Value:
    """The spec without characters that no XML can hold: the library aborts the whole process at one."""
    if isinstance(data, dict):
        return {_in_xml(key): _in_xml(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_in_xml(value) for value in data]
    return _NO_XML.sub("\ufffd", data) if isinstance(data, str) else data


def _refused(error: ValueError) -> ExpError:
    return ExpError(
        f"Vega-Lite can't draw this: {str(error).strip().splitlines()[0]}",
        "`--show-vega` prints the specification.",
    )


def _library() -> Any:
    try:
        return deferred.module("vl_convert")
    except ImportError as error:
        raise ExpError(
            "drawing plots needs an extra that is not installed.",
            "`pip install 'gitexp[plots]'`; `--term` draws in the terminal and `--json` needs nothing.",
        ) from error


def _version(library: Any) -> str:
    """The newest Vega-Lite 5: what the templates, DVC's too, are written for."""
    fives = [version for version in library.get_vegalite_versions() if version.startswith("5.")]
    newest: str = max(fives, key=lambda version: int(version[2:]))
    return newest
