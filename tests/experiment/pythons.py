"""A virtual environment by its shape: a program that says what it is, and folders of packages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FakePython:
    """`bin/python` is a script of the shell that answers and counts how often it was started."""

    folder: Path

    @property
    def site(self) -> Path:
        return self.folder / "lib/python3.11/site-packages"

    @property
    def environ(self) -> dict[str, str]:
        return {"PATH": f"{self.folder}/bin:/usr/bin:/bin", "HOME": str(self.folder.parent)}

    @property
    def starts(self) -> int:
        counted = self.folder / "starts"
        return counted.read_text().count("\n") if counted.exists() else 0

    def install(self, *names: str) -> None:
        """Folders as installers leave them."""
        for name in names:
            (self.site / name).mkdir()

    def answer(self, version: str) -> None:
        words = ["cpython", version, str(self.folder), "/usr", "/usr/lib/python3.11", str(self.site)]
        told = "\\000".join(words)  # three digits: what follows may be one
        program = self.folder / "bin/python"
        program.write_text(f"#!/bin/sh\necho >> {self.folder}/starts\nprintf '{told}'\n")
        program.chmod(0o755)


def make_python(folder: Path, *packages: str, version: str = "3.11.7") -> FakePython:
    """A Python that has `packages` ('numpy-1.26.4.dist-info')."""
    python = FakePython(folder)
    (folder / "bin").mkdir(parents=True)
    python.site.mkdir(parents=True)
    python.answer(version)
    python.install(*packages)
    return python
