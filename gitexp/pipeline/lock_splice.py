"""Puts stages into the text of a dvc.lock and leaves every other line alone.

DVC and PyYAML fold long lines at different places: writing the whole file anew would show up as changes of
stages that did not run.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from gitexp.pipeline.manifest import Manifest
from gitexp.pipeline.stage import Value
from gitexp.pipeline.yaml import dump_yaml


def splice_stages(manifest: Manifest, stages: Mapping[str, Value]) -> bytes | None:
    """The lock's text with `stages` replaced in place or added after the last one.

    None when the text is not laid out one key a line, or has no stage yet. The caller must read the result
    back and compare: the layout is judged by lines only.
    """
    lines = manifest.text.splitlines(keepends=True)
    spans = _spans(manifest, lines)
    if not spans or not lines[-1].endswith(b"\n"):
        return None
    last = max(end for _, end in spans.values())
    replaced = [(spans[name], name) for name in stages if name in spans]
    added = b"".join(_block(name, stages[name]) for name in stages if name not in spans)
    pieces = [*lines[:last], added, *lines[last:]]
    for (start, end), name in replaced:
        pieces[start] = _block(name, stages[name])
        pieces[start + 1 : end] = [b""] * (end - start - 1)
    return b"".join(pieces)


def cut_stages(manifest: Manifest, names: Collection[str]) -> bytes:
    """The lock's text without the lines of the stages `names`; to be read back and compared likewise."""
    lines = manifest.text.splitlines(keepends=True)
    for name, (start, end) in _spans(manifest, lines).items():
        if name in names:
            lines[start:end] = [b""] * (end - start)
    return b"".join(lines)


def _spans(manifest: Manifest, lines: list[bytes]) -> dict[Value, tuple[int, int]]:
    """The lines of each stage: from its name to where the comments after it begin."""
    starts = sorted(manifest.lines.items(), key=lambda item: item[1])
    ends = [line for _, line in starts[1:]] + [len(lines) + 1]
    return {
        keys[1]: (start - 1, _end_of(lines, start - 1, end - 1))
        for (keys, start), end in zip(starts, ends, strict=True)
        if len(keys) == 2 and keys[0] == "stages"
    }


def _end_of(lines: list[bytes], start: int, end: int) -> int:
    """Where a block ends when the comments and blank lines after it don't count as its own."""
    while end > start + 1 and lines[end - 1].strip()[:1] in (b"", b"#"):
        end -= 1
    return end


def _block(name: str, data: Value) -> bytes:
    """A stage's lines as they stand under `stages:`."""
    return dump_yaml({"stages": {name: data}}).partition(b"\n")[2]
