"""Real projects, read as DVC reads them: the same stages, edges and refusals.

The projects are other people's and no part of this repository: set GITEXP_CORPUS to a folder that has them in
`inputs/` and what DVC makes of each in `oracle/<name>.json`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from gitexp.errors import ExpError
from gitexp.git.repo import find_repo
from gitexp.pipeline.dotdvc import read_dvc_file
from gitexp.pipeline.graph import Graph, build_graph
from gitexp.pipeline.load import load_pipeline
from gitexp.pipeline.lock import LockEntry
from gitexp.pipeline.lockfile import merge_lock, read_lock
from gitexp.pipeline.source import FolderFiles
from gitexp.pipeline.stage import Out, OutKind, Stage, Value
from tests.repos import make_repo

# Read when the tests are collected: during a test the environment is empty.
CORPUS = Path(os.environ.get("GITEXP_CORPUS", "/nonexistent"))
ENTRIES = sorted(path.stem for path in CORPUS.glob("oracle/*.json"))
NOT_DVCS_FAULT = {"iterative+sagemaker-pipeline"}  # refused only because a plugin was not installed

pytestmark = pytest.mark.skipif(not ENTRIES, reason="GITEXP_CORPUS names no folder with oracle/*.json")

Entries = dict[str, LockEntry]


def read_locked(files: FolderFiles, graph: Graph) -> Entries:
    """Every locked entry by address. Merging what was read must change nothing."""
    entries: Entries = {}
    for path in graph.pipeline.manifests:
        if path.endswith(".dvc"):
            entries[path] = read_dvc_file(files.read(path) or b"", path).locked
            continue
        text = files.read(path.removesuffix(".yaml") + ".lock")
        found = read_lock(text, path) if text is not None else {}
        assert merge_lock(text, found) == text or not found
        here = {stage.name: stage.address for stage in graph.stages.values() if stage.file == path}
        entries.update({here[name]: entry for name, entry in found.items() if name in here})
    return entries


def out_as_dvc(out: Out, entry: LockEntry | None) -> dict[str, Value]:
    locked = entry.out(out.written) if entry else None
    notes = {"desc": out.desc, "type": out.type, "labels": list(out.labels), "meta": out.meta}
    return {
        "annot": {key: value for key, value in notes.items() if value},
        "cache": out.cache,
        "hash": locked.hash.value if locked and locked.hash else None,
        "metric": out.kind is OutKind.METRIC,
        "path": out.written,
        "persist": out.persist,
        "plot": out.kind is OutKind.PLOT,
        "push": out.push,
        "remote": out.remote,
        "resolved": out.path,
    }


def stage_as_dvc(stage: Stage, entry: LockEntry | None) -> dict[str, Value]:
    return {
        "addressing": stage.address,
        "always_changed": stage.always_changed,
        "cmd": list(stage.cmd) if isinstance(stage.cmd, tuple) else stage.cmd,
        "deps": [{"path": dep.written, "resolved": dep.path} for dep in stage.deps],
        "desc": stage.desc,
        "file": stage.file,
        "frozen": stage.frozen,
        "meta": stage.meta,
        "outs": [out_as_dvc(out, entry) for out in stage.outs],
        "params": {
            dep.written: {"keys": None if dep.keys is None else list(dep.keys), "path": dep.path}
            for dep in stage.params
        },
        "wdir": stage.wdir,
    }


def dvcs_stage(oracle: dict[str, Value], keys: list[str]) -> dict[str, Value]:
    outs = [{**out, "plot": bool(out["plot"])} for out in oracle["outs"]]
    return {key: outs if key == "outs" else oracle[key] for key in keys}


def dvcs_edges(dot: str) -> set[tuple[str, ...]]:
    return {tuple(re.findall(r'"((?:[^"\\]|\\.)*)"', line)) for line in dot.splitlines() if "->" in line}


def check_root(root: Path, oracle: dict[str, Value]) -> None:
    dag = (oracle["dag"] or {}).get("dot")
    refused = not (oracle["index"] or {}).get("ok") or bool(dag and dag["rc"])
    files = FolderFiles(root, find_repo(root))
    try:
        graph = build_graph(load_pipeline(files, root=str(root)))
        entries = read_locked(files, graph)
    except ExpError as error:
        assert refused, error.message
        return
    assert not refused, f"DVC refuses it: {oracle['index']} {dag}"
    assert sorted(graph.stages) == sorted(oracle["index"]["addressing"])
    for file in oracle["files"].values():
        for stage in file.get("stages", []):
            ours = stage_as_dvc(graph.stages[stage["addressing"]], entries.get(stage["addressing"]))
            assert ours == dvcs_stage(stage, list(ours))
    if dag:
        ours_edges = {(up, address) for address, ups in graph.upstream.items() for up in ups}
        assert ours_edges == dvcs_edges(dag["out"])


@pytest.mark.parametrize("entry", [name for name in ENTRIES if name not in NOT_DVCS_FAULT])
def test_a_real_project_is_read_as_dvc_reads_it(entry: str, work: Path) -> None:
    oracle = json.loads((CORPUS / "oracle" / f"{entry}.json").read_text("utf-8"))
    shutil.copytree(CORPUS / "inputs" / entry, work, dirs_exist_ok=True)
    make_repo(work)
    for root in oracle["roots"]:
        (work / root / ".dvc").mkdir(parents=True, exist_ok=True)
    for root, expected in oracle["roots"].items():
        check_root((work / root).resolve(), expected)
