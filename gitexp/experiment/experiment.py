"""An experiment as Git knows it: a name on a baseline, a ref, a commit."""

from __future__ import annotations

from gitexp.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Experiment:
    """One finished experiment: refs/exps/<baseline[:2]>/<baseline[2:]>/<name> -> commit."""

    name: str
    commit: str
    baseline: str

    @property
    def ref(self) -> str:
        return f"refs/exps/{self.baseline[:2]}/{self.baseline[2:]}/{self.name}"
