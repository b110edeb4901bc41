"""The records of a pipeline: what a stage is, after templating and validation.

Paths: `written` is the text of the manifest (relative to the stage's wdir); `path` is the same place as a
POSIX path relative to the DVC root (absolute when it lies outside the root).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum

from gitexp.content import Value as Value
from gitexp.dataclass import dataclass


class DepKind(Enum):
    FILE = "file"  # a file or directory on this machine
    URL = "url"  # scheme://…, remote://name/path
    DATASET = "dataset"  # ds://name


class OutKind(Enum):
    OUT = "out"
    METRIC = "metric"
    PLOT = "plot"


@dataclass(frozen=True, slots=True)
class Dep:
    written: str
    path: str
    kind: DepKind = DepKind.FILE


@dataclass(frozen=True, slots=True)
class ParamDep:
    """Values of one params file that a stage depends on; `keys` is None for the whole file."""

    written: str
    path: str
    keys: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class PlotStyle:
    """Plot properties of an out (formats.md 1.2); None where not given."""

    template: str | None = None
    x: Value = None
    y: Value = None
    x_label: str | None = None
    y_label: str | None = None
    title: str | None = None
    header: bool | None = None


@dataclass(frozen=True, slots=True)
class Out:
    written: str
    path: str
    kind: OutKind = OutKind.OUT
    cache: bool = True
    persist: bool = False
    push: bool = True
    remote: str | None = None
    desc: str | None = None
    type: str | None = None
    labels: tuple[str, ...] = ()
    meta: Value = None
    plot: PlotStyle | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage, or one .dvc file (then `cmd` is None and `file` ends in .dvc)."""

    name: str  # 'train', 'train@us'; for a .dvc file its own path
    file: str  # manifest, relative to the DVC root: 'dvc.yaml', 'sub/dvc.yaml', 'data.csv.dvc'
    cmd: str | tuple[str, ...] | None
    wdir: str = "."  # relative to the DVC root
    deps: tuple[Dep, ...] = ()
    params: tuple[ParamDep, ...] = ()
    outs: tuple[Out, ...] = ()
    frozen: bool = False
    always_changed: bool = False
    desc: str | None = None
    meta: Value = None
    group: str | None = None  # the foreach or matrix stage it was generated from
    line: int | None = None  # in `file`, 1-based
    templated: bool = False  # the text has ${…}, so it can't be rewritten in place

    @property
    def is_data(self) -> bool:
        """Whether this is a .dvc file rather than a stage of a dvc.yaml."""
        return self.file.endswith(".dvc")

    @property
    def address(self) -> str:
        """The stage's name seen from the DVC root (formats.md 1.5)."""
        if self.is_data:
            return self.file
        return self.name if self.file == "dvc.yaml" else f"{self.file}:{self.name}"

    @property
    def lock_file(self) -> str:
        """Where its hashes are recorded: dvc.lock beside its dvc.yaml, or the .dvc file itself."""
        return self.file if self.is_data else self.file.removesuffix(".yaml") + ".lock"

    @property
    def is_callback(self) -> bool:
        """A command with neither deps nor outs: DVC always runs it."""
        return self.cmd is not None and not self.deps and not self.params and not self.outs


@dataclass(frozen=True, slots=True)
class TopPlot:
    """One entry of a top-level `plots:` section; `path` is None when the id is only a name."""

    id: str
    path: str | None
    style: PlotStyle = PlotStyle()
    file: str = "dvc.yaml"


@dataclass(frozen=True, slots=True)
class Artifact:
    name: str
    path: str
    type: str | None = None
    desc: str | None = None
    labels: tuple[str, ...] = ()
    meta: Value = None
    file: str = "dvc.yaml"


@dataclass(frozen=True, slots=True)
class Dataset:
    """One entry of a top-level `datasets:` section; `spec` is all of it, as written."""

    name: str
    type: str
    spec: Mapping[str, Value] = field(default_factory=dict)
    file: str = "dvc.yaml"


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Everything that the manifests of one DVC root say, in file order then declaration order."""

    stages: tuple[Stage, ...]
    params: tuple[str, ...] = ()  # top-level params files, root-relative
    metrics: tuple[str, ...] = ()
    plots: tuple[TopPlot, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    datasets: tuple[Dataset, ...] = ()
    used_vars: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # file -> template keys used
    manifests: tuple[str, ...] = ()  # every dvc.yaml and .dvc file read
