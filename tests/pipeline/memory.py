"""A pipeline in a dict: what the loader's tests read instead of a folder."""

from __future__ import annotations

from collections.abc import Mapping

from gitexp.pipeline.graph import Graph, build_graph
from gitexp.pipeline.load import load_pipeline
from gitexp.pipeline.source import visible
from gitexp.pipeline.stage import Pipeline, Stage
from gitexp.pipeline.template import OptionStyle


class MemoryFiles:
    """Files by path; a path that others lie under is a directory. `reads` tells what was asked for."""

    def __init__(self, files: Mapping[str, str | bytes]) -> None:
        self.files = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
        self.reads: list[str] = []

    def read(self, path: str) -> bytes | None:
        self.reads.append(path)
        return self.files.get(path)

    def kind(self, path: str) -> str | None:
        if path in self.files:
            return "file"
        return "dir" if self.listdir(path) else None

    def listdir(self, path: str) -> list[str]:
        prefix = f"{path}/" if path else ""
        return sorted({name[len(prefix) :].split("/")[0] for name in self.files if name.startswith(prefix)})

    def manifests(self) -> list[str]:
        ignores = [path for path in self.files if path.rpartition("/")[2] == ".dvcignore"]
        return visible(self, self.files, ignores)


def load(files: Mapping[str, str | bytes], style: OptionStyle | None = None) -> Pipeline:
    return load_pipeline(MemoryFiles(files), style)


def graph_of(files: Mapping[str, str | bytes]) -> Graph:
    return build_graph(load(files))


def only_stage(definition: str, params: str = "", style: OptionStyle | None = None) -> Stage:
    """The stage 'train' whose keys are the lines of `definition`."""
    body = "".join(f"    {line}\n" for line in definition.splitlines())
    (stage,) = load({"dvc.yaml": f"stages:\n  train:\n{body}", "params.yaml": params}, style).stages
    return stage
