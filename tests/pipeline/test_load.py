"""Manifests into stages: every key and flag, several files, and errors that say where and what."""

from __future__ import annotations

import pytest

from gitexp.errors import ExpError
from gitexp.pipeline.load import load_pipeline
from gitexp.pipeline.stage import (
    Artifact,
    Dataset,
    Dep,
    DepKind,
    Out,
    OutKind,
    ParamDep,
    PlotStyle,
    Stage,
    TopPlot,
)
from tests.pipeline.memory import MemoryFiles, load, only_stage


def error_of(files: dict[str, str | bytes]) -> ExpError:
    with pytest.raises(ExpError) as caught:
        load(files)
    return caught.value


def stage_error(definition: str) -> str:
    with pytest.raises(ExpError) as caught:
        only_stage(definition)
    return caught.value.message


def test_a_stage_with_every_key() -> None:
    stage = only_stage(
        """\
desc: trains
cmd: [a, b]
wdir: sub
deps: [x, ../y/, 's3://b/k', 'ds://set']
params: [lr, {p.toml: [a.b]}, {q.json: }, c]
outs:
- o
- p: {cache: false, persist: true, push: false, remote: r, desc: d, type: model, labels: [l], meta: 1}
metrics: [m.json: {cache: false}]
plots: [{p.csv: {x: a, y: b, template: t, title: T, x_label: xl, y_label: yl, header: false}}, q.csv]
frozen: true
always_changed: true
meta: {any: thing}"""
    )
    style = PlotStyle("t", "a", "b", "xl", "yl", "T", header=False)
    assert stage == Stage(
        name="train",
        file="dvc.yaml",
        cmd=("a", "b"),
        wdir="sub",
        deps=(
            Dep("x", "sub/x"),
            Dep("../y/", "y"),
            Dep("s3://b/k", "s3://b/k", DepKind.URL),
            Dep("ds://set", "ds://set", DepKind.DATASET),
        ),
        params=(
            ParamDep("params.yaml", "sub/params.yaml", ("lr", "c")),
            ParamDep("p.toml", "sub/p.toml", ("a.b",)),
            ParamDep("q.json", "sub/q.json", None),
        ),
        outs=(
            Out("o", "sub/o"),
            Out("p", "sub/p", OutKind.OUT, False, True, False, "r", "d", "model", ("l",), 1),
            Out("m.json", "sub/m.json", OutKind.METRIC, cache=False),
            Out("p.csv", "sub/p.csv", OutKind.PLOT, plot=style),
            Out("q.csv", "sub/q.csv", OutKind.PLOT),
        ),
        frozen=True,
        always_changed=True,
        desc="trains",
        meta={"any": "thing"},
        line=2,
    )


def test_outs_come_before_metrics_and_plots_however_they_are_written() -> None:
    stage = only_stage("cmd: x\nplots: [p]\nmetrics: [m]\nouts: [o]")
    assert [out.path for out in stage.outs] == ["o", "m", "p"]


def test_a_whole_params_file_wins_over_its_keys() -> None:
    stage = only_stage("cmd: x\nparams:\n- lr\n- params.yaml:\n- other.yaml: [a]\n- other.yaml: []")
    assert stage.params == (
        ParamDep("params.yaml", "params.yaml", None),
        ParamDep("other.yaml", "other.yaml", None),
    )


def test_a_path_listed_twice_in_a_section_has_the_flags_of_both() -> None:
    stage = only_stage("cmd: x\nouts:\n- o\n- o: {cache: false}\n- o: {persist: true}")
    assert stage.outs == (Out("o", "o", cache=False, persist=True),)


def test_places_above_the_root_stay_relative_and_absolute_ones_absolute() -> None:
    stage = only_stage("cmd: x\ndeps: [../lib, a/../../b, /data/x]")
    assert [dep.path for dep in stage.deps] == ["../lib", "../b", "/data/x"]


def test_an_absolute_path_inside_a_known_root_is_taken_as_relative() -> None:
    files = MemoryFiles({"s/dvc.yaml": "stages: {a: {cmd: x, deps: [/root/d], outs: [/root/s/o, /rooted]}}"})
    (stage,) = load_pipeline(files, root="/root").stages
    assert stage.deps == (Dep("../d", "d"),)
    assert [(out.written, out.path) for out in stage.outs] == [("o", "s/o"), ("/rooted", "/rooted")]


def test_manifests_of_folders_are_relative_to_them_and_follow_those_above() -> None:
    pipeline = load(
        {
            "sub/deep/dvc.yaml": "stages: {in: {cmd: x, wdir: .., outs: [o]}}\n",
            "sub/x.dvc": "outs: [{path: x}]\n",
            "dvc.yaml": "stages: {top: {cmd: x}}\n",
            "z.dvc": "outs: [{path: z}]\n",
        }
    )
    assert [stage.address for stage in pipeline.stages] == [
        "top",
        "z.dvc",
        "sub/x.dvc",
        "sub/deep/dvc.yaml:in",
    ]
    assert pipeline.manifests == ("dvc.yaml", "z.dvc", "sub/x.dvc", "sub/deep/dvc.yaml")
    assert pipeline.stages[3].outs == (Out("o", "sub/o"),)
    assert pipeline.stages[3].lock_file == "sub/deep/dvc.lock"


def test_dvcignore_projects_of_their_own_and_outs_hide_manifests() -> None:
    bad = "stages: [broken]\n"
    pipeline = load(
        {
            "dvc.yaml": "stages: {a: {cmd: x, outs: [made]}}\n",
            "made/dvc.yaml": bad,
            ".dvcignore": "# rules\nold*\n!oldest/\n",
            "old/dvc.yaml": bad,
            "oldest/dvc.yaml": "stages: {b: {cmd: x}}\n",
            "own/.dvc/config": "",
            "own/dvc.yaml": bad,
            "own/deep/dvc.yaml": bad,
            "sub/.dvcignore": "y.dvc\n",
            "sub/y.dvc": bad,
        }
    )
    assert [stage.address for stage in pipeline.stages] == ["a", "oldest/dvc.yaml:b"]


def test_an_out_that_dvcignore_hides_is_refused() -> None:
    error = error_of({"dvc.yaml": "stages:\n  a: {cmd: x, outs: [d/t.log]}\n", "d/.dvcignore": "*.log\n"})
    assert error.message == "dvc.yaml:2: stage 'a': the out 'd/t.log' is ignored by a .dvcignore."


def test_top_level_sections() -> None:
    pipeline = load(
        {
            "s/dvc.yaml": """\
params: [p.yaml]
metrics: [../m.json, d]
plots:
- a.csv
- b.csv: {x: step, y: [u, v]}
- both: {y: {a.csv: u, b.csv: [v, w]}, title: T}
artifacts:
  model: {path: m.pkl, type: model, labels: [l], desc: d, meta: {k: 1}}
datasets:
- {name: pool, type: dvc, url: u}
"""
        }
    )
    assert pipeline.params == ("s/p.yaml",)
    assert pipeline.metrics == ("m.json", "s/d")
    assert pipeline.plots == (
        TopPlot("a.csv", "s/a.csv", file="s/dvc.yaml"),
        TopPlot("b.csv", "s/b.csv", PlotStyle(x="step", y=["u", "v"]), "s/dvc.yaml"),
        TopPlot("both", None, PlotStyle(y={"a.csv": "u", "b.csv": ["v", "w"]}, title="T"), "s/dvc.yaml"),
    )
    assert pipeline.artifacts == (Artifact("model", "s/m.pkl", "model", "d", ("l",), {"k": 1}, "s/dvc.yaml"),)
    spec = {"name": "pool", "type": "dvc", "url": "u"}
    assert pipeline.datasets == (Dataset("pool", "dvc", spec, "s/dvc.yaml"),)


def test_an_empty_manifest_is_fine() -> None:
    assert load({"dvc.yaml": "", "s/dvc.yaml": "# nothing\n", "e.dvc": ""}).manifests == (
        "dvc.yaml",
        "e.dvc",
        "s/dvc.yaml",
    )


def test_params_are_not_even_read_when_nothing_uses_them() -> None:
    files = MemoryFiles({"dvc.yaml": "stages: {a: {cmd: x, params: [lr]}}\n", "params.yaml": "lr: 1\n"})
    load_pipeline(files)
    assert "params.yaml" not in files.reads


@pytest.mark.parametrize(
    ("definition", "line", "message"),
    [
        ("cmd: x\ndep: [a]", 4, "unknown key 'dep'; did you mean 'deps'?"),
        ("cmd: x\nouts:\n- o: {cach: 1}", 5, "unknown key 'cach'; did you mean 'cache'?"),
        ("cmd: x\ndeps: a", 4, "'deps': expected a list of text, got the text 'a'."),
        ("cmd: x\ndeps:", 4, "'deps': expected a list of text, got nothing."),
        ("cmd: x\ndeps: [a, 5]", 4, "'deps': expected text, got the number 5."),
        ("cmd: x\nfrozen: yes", 4, "'frozen': expected true or false, got the text 'yes'."),
        ("cmd: 5", 3, "'cmd': expected text or a list, got the number 5."),
        ("cmd: ''", 3, "'cmd': expected text, got nothing."),
        ("deps: [a]", 2, "the key 'cmd' is missing."),
        ("cmd: x\nouts:\n- o:", 5, "'o': expected a mapping, got nothing."),
        ("cmd: x\nouts: [x.dvc]", 4, "'x.dvc' is a file of DVC's own and can't be an out."),
        ("cmd: x\ndeps: [s/dvc.yaml]", 4, "'s/dvc.yaml' is a file of DVC's own"),
        ("cmd: x\nparams: [{p.yaml: k}]", 4, "'params': expected a list of keys of p.yaml"),
        ("foreach: [a]\ndo: {cmd: x}\nfrozen: true", 5, "unknown key 'frozen'."),
        ("foreach: [a]", 2, "the key 'do' is missing."),
        ("do: {cmd: x}", 2, "the key 'foreach' is missing."),
    ],
)  # fmt: skip
def test_a_bad_stage_is_named_with_its_line_and_what_was_expected(
    definition: str, line: int, message: str
) -> None:
    assert stage_error(definition).startswith(f"dvc.yaml:{line}: stage 'train': {message}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("stage: {}\n", "dvc.yaml:1: unknown key 'stage'; did you mean 'stages'?"),
        ("stages:\n", "dvc.yaml:1: 'stages': expected a mapping, got nothing."),
        ("stages:\n  a:\n", "dvc.yaml:2: stage 'a': expected a mapping, got nothing."),
        ("stages:\n  1: {cmd: x}\n", "dvc.yaml:2: stage '1': the key 1 must be text: quote it."),
        ("stages:\n  a@b: {cmd: x}\n", "dvc.yaml:2: stage 'a@b': a name can't have '@'"),
        ("[1]\n", "dvc.yaml: expected a mapping, got a list."),
        ("artifacts:\n  m: {type: model}\n", "dvc.yaml:2: artifact 'm': the key 'path' is missing."),
        ("plots:\n- a: {xx: 1}\n", "dvc.yaml:2: unknown key 'xx'; did you mean 'x'"),
        ("stages:\n  a:\n    cmd: x\n    cmd: y\n", "dvc.yaml:4:5: the key 'cmd' is here twice."),
    ],
)
def test_a_bad_manifest_is_an_error_with_its_line(text: str, message: str) -> None:
    assert error_of({"dvc.yaml": text}).message.startswith(message)


def test_keys_of_older_versions_get_advice() -> None:
    error = error_of({"dvc.yaml": "stages:\n  a: {cmd: x, outs_no_cache: [o]}\n"})
    assert error.hint == "write it as `outs:` with `- path: {cache: false}`."


def test_a_template_where_a_type_is_checked_first_gets_a_hint() -> None:
    error = error_of({"dvc.yaml": "stages:\n  a: {cmd: x, frozen: '${f}'}\n"})
    assert error.hint == "${…} can't stand here: types are checked before templates are resolved."


@pytest.mark.parametrize(
    ("lock", "message"),
    [
        ("", "dvc.lock: the lock is empty."),
        ("a:\n  cmd: x\n", "dvc.lock: the lock was written by DVC 1"),
        ("schema: '3.0'\nstages: {}\n", "dvc.lock:1: expected schema '2.0', got '3.0'."),
        ("schema: '2.0'\nextra: 1\n", "dvc.lock:2: unknown key 'extra'."),
    ],
)
def test_a_lock_that_dvc_refuses_is_refused_at_load(lock: str, message: str) -> None:
    assert error_of({"dvc.yaml": "stages: {}\n", "dvc.lock": lock}).message.startswith(message)


@pytest.mark.parametrize(
    "lock", ["schema: '2.0'\n", '# hi\nschema: "2.0"  # v\nstages: {}\n', "{schema: '2.0', stages: {}}\n"]
)
def test_a_good_lock_passes_however_it_is_laid_out(lock: str) -> None:
    load({"dvc.yaml": "stages: {}\n", "dvc.lock": lock})
