"""What a revision holds, read from files in memory."""

from __future__ import annotations

from pathlib import Path

from gitexp.cache.store import Store
from gitexp.content import Hash
from gitexp.experiment.record import FileValues, OutState
from gitexp.experiment.table.collect import collect_values
from tests.pipeline.memory import MemoryFiles

HASH = "d41d8cd98f00b204e9800998ecf8427e"
STAGE = """\
stages:
  train:
    cmd: python train.py
    deps:
    - data.csv
    params:
    - lr
    - other.yaml:
      - a.b
      - layers.1
    outs:
    - model
    metrics:
    - m.json:
        cache: false
"""
LOCK = f"""\
schema: '2.0'
stages:
  train:
    cmd: python train.py
    deps:
    - path: data.csv
      hash: md5
      md5: {HASH}
      size: 3
    outs:
    - path: model
      hash: md5
      md5: {HASH}.dir
      size: 7
      nfiles: 2
"""


def test_the_whole_params_yaml_is_shown_and_picked_keys_of_other_files() -> None:
    values = collect_values(
        MemoryFiles(
            {
                "dvc.yaml": STAGE,
                "params.yaml": "lr: 0.1\nunused: [1, 2]\n",
                "other.yaml": "a: {b: 1, c: 2}\nlayers: [7, 8]\n",
            }
        )
    )
    assert values.params == {
        "params.yaml": FileValues({"lr": 0.1, "unused": [1, 2]}),
        "other.yaml": FileValues({"a": {"b": 1}, "layers": [8]}),
    }


def test_top_level_params_are_shown_whole() -> None:
    values = collect_values(MemoryFiles({"dvc.yaml": "params: [p.toml]\n", "p.toml": "x = 1\n"}))
    assert values.params == {"p.toml": FileValues({"x": 1})}


def test_template_values_are_shown_by_dotted_key() -> None:
    values = collect_values(
        MemoryFiles(
            {
                "dvc.yaml": "vars: [v.yaml]\nstages:\n  s:\n    cmd: echo ${x.y}\n",
                "v.yaml": "x: {y: 3, z: 4}\n",
            }
        )
    )
    assert values.params == {"v.yaml": FileValues({"x.y": 3})}


def test_metrics_keep_numbers_text_and_booleans() -> None:
    text = '{"acc": 0.5, "name": "x", "ok": true, "list": [1], "none": null, "in": {"deep": 1, "empty": {}}}'
    values = collect_values(MemoryFiles({"dvc.yaml": STAGE, "m.json": text}))
    assert values.metrics == {"m.json": FileValues({"acc": 0.5, "name": "x", "ok": True, "in": {"deep": 1}})}


def test_a_metrics_folder_is_read_file_by_file() -> None:
    files = {"dvc.yaml": "metrics: [live]\n", "live/a.json": '{"x": 1}', "live/in/b.yaml": "y: 2\n"}
    values = collect_values(MemoryFiles(files))
    assert values.metrics == {"live/a.json": FileValues({"x": 1}), "live/in/b.yaml": FileValues({"y": 2})}


def test_a_missing_and_a_broken_file_say_so_in_their_place() -> None:
    values = collect_values(MemoryFiles({"dvc.yaml": "metrics: [gone.json, bad.json]\n", "bad.json": "{"}))
    assert values.metrics["gone.json"].error == (
        "FileNotFoundError",
        "[Errno 2] No such file or directory: 'gone.json'",
    )
    assert values.metrics["bad.json"].error is not None
    assert values.error is None


def test_a_broken_pipeline_is_an_error_of_the_row() -> None:
    values = collect_values(MemoryFiles({"dvc.yaml": "stages: [\n"}))
    assert values.error is not None
    assert values.metrics == {}


def test_deps_and_outs_have_the_hashes_of_the_lock() -> None:
    values = collect_values(MemoryFiles({"dvc.yaml": STAGE, "dvc.lock": LOCK}))
    assert values.deps == {"data.csv": Hash(HASH, size=3)}
    assert values.outs == {
        "model": OutState(Hash(f"{HASH}.dir", size=7, nfiles=2), use_cache=True, is_data_source=False)
    }


def test_a_stage_that_never_ran_has_no_hashes() -> None:
    values = collect_values(MemoryFiles({"dvc.yaml": STAGE}))
    assert values.deps == {"data.csv": None}


def test_a_dvc_file_is_a_data_source() -> None:
    files = {"data.csv.dvc": f"outs:\n- md5: {HASH}\n  size: 0\n  hash: md5\n  path: data.csv\n"}
    values = collect_values(MemoryFiles(files))
    assert values.outs == {"data.csv": OutState(Hash(HASH, size=0), use_cache=True, is_data_source=True)}


def test_a_cached_metric_is_read_from_the_cache(work: Path) -> None:
    store = Store(work / "cache")
    (work / "m.json").write_text('{"acc": 1}')
    saved = store.save(work / "m.json", None, None)
    hash = saved if isinstance(saved, Hash) else saved.hash
    files = {
        "dvc.yaml": "stages:\n  s:\n    cmd: x\n    metrics: [m.json]\n",
        "dvc.lock": "schema: '2.0'\nstages:\n  s:\n    cmd: x\n    outs:\n    - path: m.json\n"
        f"      hash: md5\n      md5: {hash.value}\n      size: 10\n",
    }
    assert collect_values(MemoryFiles(files), store=store).metrics == {"m.json": FileValues({"acc": 1})}
    lost = collect_values(MemoryFiles(files), store=Store(work / "empty")).metrics["m.json"]
    assert lost.error == ("FileNotFoundError", "[Errno 2] No storage files available: 'm.json'")
