"""The top-level sections of a dvc.yaml: params, metrics, plots, artifacts, datasets."""

from __future__ import annotations

from collections.abc import Mapping

from gitexp.dataclass import dataclass
from gitexp.pipeline.manifest import Manifest
from gitexp.pipeline.paths import rooted
from gitexp.pipeline.schema import described
from gitexp.pipeline.stage import Artifact, Dataset, PlotStyle, TopPlot, Value
from gitexp.pipeline.template import Resolver
from gitexp.pipeline.vars import TemplateError

PLOT_KEYS = ("template", "x", "y", "x_label", "y_label", "title", "header")
SECTIONS = ("params", "metrics", "plots", "artifacts", "datasets")


@dataclass(frozen=True, slots=True)
class Top:
    """What one dvc.yaml lists outside its stages; paths relative to the DVC root."""

    params: tuple[str, ...]
    metrics: tuple[str, ...]
    plots: tuple[TopPlot, ...]
    artifacts: tuple[Artifact, ...]
    datasets: tuple[Dataset, ...]


def read_top(manifest: Manifest, resolver: Resolver | None, root: str | None) -> Top | None:
    """The sections with templates resolved; None when there is none. `resolver` None: no templates."""
    if not any(section in manifest.data for section in SECTIONS):
        return None
    data = {name: manifest.data.get(name, {} if name == "artifacts" else []) for name in SECTIONS}
    if resolver is not None:
        data = {name: _resolved(manifest, resolver, name, value) for name, value in data.items()}

    def paths(section: str) -> tuple[str, ...]:
        return tuple(
            rooted(_text(manifest, path, section, index), manifest.folder, root)
            for index, path in enumerate(data[section])
        )

    return Top(
        params=paths("params"),
        metrics=paths("metrics"),
        plots=tuple(
            plot for index, item in enumerate(data["plots"]) for plot in _plots(manifest, item, index, root)
        ),
        artifacts=tuple(_artifact(manifest, name, item, root) for name, item in data["artifacts"].items()),
        datasets=tuple(_dataset(manifest, item, index) for index, item in enumerate(data["datasets"])),
    )


def _resolved(manifest: Manifest, resolver: Resolver, section: str, value: Value) -> Value:
    try:
        return resolver.resolve(value, whole=True)
    except TemplateError as error:
        raise manifest.error((section, *error.keys), f"'{section}': {error.message}", error.hint) from error


def _text(manifest: Manifest, value: Value, *keys: Value) -> str:
    if isinstance(value, str):
        return value
    raise manifest.error(keys, f"'{keys[0]}': expected text, got {described(value)}")


def _plots(manifest: Manifest, item: Value, index: int, root: str | None) -> list[TopPlot]:
    if isinstance(item, dict):
        return [_plot(manifest, name, style or {}, index, root) for name, style in item.items()]
    return [_plot(manifest, item, {}, index, root)]


def _plot(manifest: Manifest, name: Value, style: Value, index: int, root: str | None) -> TopPlot:
    """The id is the path of the data, unless `y` names files of its own."""
    text = _text(manifest, name, "plots", index)
    if not isinstance(style, dict):
        raise manifest.error(("plots", index), f"'plots': expected a mapping, got {described(style)}")
    path = None if isinstance(style.get("y"), dict) else rooted(text, manifest.folder, root)
    known = {key: style[key] for key in PLOT_KEYS if key in style}
    return TopPlot(text, path, PlotStyle(**known), manifest.file)


def _artifact(manifest: Manifest, name: Value, item: Mapping[str, Value], root: str | None) -> Artifact:
    text = _text(manifest, name, "artifacts", name)
    path = rooted(_text(manifest, item["path"], "artifacts", name, "path"), manifest.folder, root)
    return Artifact(
        text,
        path,
        type=item.get("type"),
        desc=item.get("desc"),
        labels=tuple(item.get("labels", ())),
        meta=item.get("meta"),
        file=manifest.file,
    )


def _dataset(manifest: Manifest, item: Value, index: int) -> Dataset:
    name = _text(manifest, item.get("name"), "datasets", index, "name")
    kind = _text(manifest, item.get("type"), "datasets", index, "type")
    return Dataset(name, kind, {str(key): value for key, value in item.items()}, manifest.file)
