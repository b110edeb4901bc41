"""`dvc status --json`, as DVC 3.67 prints it for the same project."""

from __future__ import annotations

from pathlib import Path

from gitexp.build.locks import read_locks
from gitexp.build.status import as_dvc_data, status
from gitexp.pipeline.source import FolderFiles
from tests.build.sites import Bench

DVC_YAML = """\
stages:
  a:
    cmd: join a.txt in.txt
    deps: [in.txt, gone.txt]
    params: [x, nope, {other.yaml: [k]}, {whole.yaml: }]
    outs: [a.txt]
    metrics: [{m.json: {cache: false}}]
  cb:
    cmd: say hi
  al:
    cmd: join al.txt in.txt
    always_changed: true
    outs: [al.txt]
  fr:
    cmd: join fr.txt in.txt
    frozen: true
    deps: [in.txt]
    params: [x]
    outs: [fr.txt]
"""


def dvc_status(bench: Bench) -> dict[str, object]:
    site = bench.site()
    graph = bench.graph(site)
    locks = read_locks(graph, FolderFiles(bench.root))
    return {changed.stage.address: as_dvc_data(changed) for changed in status(graph, site, locks)}


def test_before_anything_ran(work: Path) -> None:
    bench = Bench(work / "p", {"in.txt": "a\n", "params.yaml": "x: 1\ny: 2\n", "dvc.yaml": DVC_YAML})
    assert dvc_status(bench) == {
        "a": [
            {
                "changed deps": {
                    "in.txt": "modified",
                    "gone.txt": "deleted",
                    "params.yaml": "new",
                    "other.yaml": "deleted",
                    "whole.yaml": "deleted",
                }
            },
            {"changed outs": {"a.txt": "deleted", "m.json": "deleted"}},
        ],
        "cb": ["always changed"],
        "al": [{"changed outs": {"al.txt": "deleted"}}, "always changed"],
        "fr": [{"changed outs": {"fr.txt": "deleted"}}],
    }


def test_after_changes_of_every_kind(work: Path) -> None:
    files = {
        "in.txt": "a\n",
        "gone.txt": "",
        "m.json": "1",
        "params.yaml": "x: 1\nnope: 3\n",
        "other.yaml": "k: 1\n",
        "whole.yaml": "w: 1\nz: 2\n",
    }
    text = DVC_YAML.replace("cmd: join a.txt in.txt", 'cmd: ["join a.txt in.txt", "join m.json in.txt"]')
    bench = Bench(work / "p", {**files, "dvc.yaml": text})
    assert bench.build("a").ok
    bench.write(params_yaml="x: 2\n", whole_yaml="w: 2\nq: 2\n", m_json="5")
    for name in ("a.txt", "gone.txt", "other.yaml"):
        (bench.root / name).unlink()
    assert dvc_status(bench)["a"] == [
        {
            "changed deps": {
                "gone.txt": "deleted",
                "params.yaml": {"x": "modified", "nope": "deleted"},
                "other.yaml": "deleted",
                "whole.yaml": {"w": "modified", "q": "new", "z": "deleted"},
            }
        },
        {"changed outs": {"a.txt": "deleted", "m.json": "modified"}},
    ]


def test_an_object_that_left_the_cache(work: Path) -> None:
    text = "stages:\n  s:\n    cmd: join o.txt in.txt\n    deps: [in.txt]\n    outs: [o.txt]\n"
    bench = Bench(work / "p", {"in.txt": "a\n", "dvc.yaml": text})
    bench.build()
    for path in (bench.store.root / "files").rglob("*"):
        if path.is_file():
            path.unlink()
    bench.store = type(bench.store)(bench.store.root)
    assert dvc_status(bench) == {"s": [{"changed outs": {"o.txt": "not in cache"}}]}
    (bench.root / "o.txt").unlink()
    assert dvc_status(bench) == {"s": [{"changed outs": {"o.txt": "not in cache"}}]}
