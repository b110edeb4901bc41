"""What .dvcignore files hide from the pipeline: manifests, and outs that may not be there."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from gitexp import deferred
from gitexp.pipeline.paths import parents

if TYPE_CHECKING:
    from gitexp.pipeline.source import Files


class DvcIgnore:
    """The rules of every .dvcignore of a DVC root: gitignore's syntax, the deeper file wins."""

    def __init__(self, rules: dict[str, Any]) -> None:
        self._rules = rules  # folder -> pathspec of the .dvcignore in it

    @classmethod
    def read(cls, files: Files, paths: Iterable[str]) -> DvcIgnore:
        """Rules from the .dvcignore files at `paths`; one without a rule, as `init` writes, costs nothing."""
        rules = {}
        for path in paths:
            lines = (files.read(path) or b"").decode(errors="replace").splitlines()
            patterns = [line for line in lines if line.strip() and not line.startswith("#")]
            if patterns:
                spec = deferred.module("pathspec").GitIgnoreSpec.from_lines(patterns)
                rules[posixpath.dirname(path)] = spec
        return cls(rules)

    def matches(self, path: str, is_dir: bool = False) -> bool:
        """Whether `path`, or a folder it lies in, is ignored."""
        if not self._rules:
            return False
        return any(self._decide(f"{folder}/") for folder in parents(path)) or self._decide(
            f"{path}/" if is_dir else path
        )

    def _decide(self, path: str) -> bool:
        """The verdict of the deepest .dvcignore that has one."""
        for folder in reversed(["", *parents(path.rstrip("/"))]):
            spec = self._rules.get(folder)
            if spec is None:
                continue
            verdict = spec.check_file(path[len(folder) + 1 :] if folder else path).include
            if verdict is not None:
                return bool(verdict)
        return False
