"""${…}: variables, vars files, options from mappings, foreach and matrix, and what was used."""

from __future__ import annotations

import pytest

from gitexp.errors import ExpError
from gitexp.pipeline.stage import Stage
from gitexp.pipeline.template import OptionStyle, parse_expression
from tests.pipeline.memory import load, only_stage

PARAMS = """\
lr: 0.1
flag: true
name: it is
nothing: null
layers: [16, 32]
opt: {name: adam, betas: [0.9, 0.99], deep: {a: 1, on: true, off: false, text: x y}, none: null, e: {}, l: []}
models:
  us: {lr: 1, file: us.txt}
  uk: {lr: 2, file: uk.txt}
sp ace: spaced
1: number
"""


def command(text: str, style: OptionStyle | None = None) -> object:
    return only_stage(f"cmd: {text}", PARAMS, style).cmd


def error_of(definition: str) -> ExpError:
    with pytest.raises(ExpError) as caught:
        only_stage(definition, PARAMS)
    return caught.value


def stages_of(definition: str, params: str = PARAMS) -> dict[str, Stage]:
    body = "".join(f"    {line}\n" for line in definition.splitlines())
    pipeline = load({"dvc.yaml": f"stages:\n  s:\n{body}", "params.yaml": params})
    return {stage.name: stage for stage in pipeline.stages}


def commands(definition: str) -> dict[str, object]:
    return {name: stage.cmd for name, stage in stages_of(definition).items()}


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("run ${lr} ${flag} ${nothing} ${name}", "run 0.1 true None it is"),
        ("run ${layers[0]} ${layers.1} ${layers[-1]} ${models[us][lr]}", "run 16 32 32 1"),
        ("run ${ lr } ${layers[ 0 ]} ${sp ace}", "run 0.1 16 spaced"),
        ("run \\${lr} $lr ${lr}$", "run ${lr} $lr 0.1$"),
        ("run ${lr", "run ${lr"),
        ("${name}", "it is"),
        ("['${lr} x', plain]", ("0.1 x", "plain")),
    ],
)
def test_expressions_in_a_command(text: str, result: object) -> None:
    assert command(text) == result


def test_a_mapping_in_a_command_becomes_options() -> None:
    assert command("run ${opt}") == (
        "run --name adam --betas 0.9 0.99 --deep.a 1 --deep.on --deep.text 'x y' --none None"
    )


def test_the_projects_style_of_options_counts() -> None:
    style = OptionStyle(no_for_false=True, repeat_lists=True)
    assert command("run ${opt.deep}", style) == "run --a 1 --on --no-off --text 'x y'"
    assert command("x ${opt}", style) == (
        "x --name adam --betas 0.9 --betas 0.99 --deep.a 1 --deep.on --no-deep.off --deep.text 'x y' "
        "--none None"
    )


def test_templates_stand_everywhere_in_a_stage_and_in_keys() -> None:
    stage = only_stage(
        "cmd: x\nwdir: ${models.us.lr}d\ndeps: ['${models.us.file}']\n"
        "params: [{'${name}.yaml': ['k${lr}']}]\n"
        "outs:\n- ${name}:\n    desc: ${name} ${lr}\n    meta: {v: '${lr}'}",
        PARAMS.replace("lr: 1,", "lr: one,"),
    )
    assert stage.wdir == "oned"
    assert stage.deps[0].path == "oned/us.txt"
    assert (stage.params[0].written, stage.params[0].keys) == ("it is.yaml", ("k0.1",))
    assert (stage.outs[0].path, stage.outs[0].desc, stage.outs[0].meta) == (
        "oned/it is",
        "it is 0.1",
        {"v": 0.1},
    )
    assert stage.templated


def test_a_stage_without_templates_is_not_templated() -> None:
    assert not only_stage("cmd: x\ndeps: [a]", PARAMS).templated


@pytest.mark.parametrize(
    ("definition", "line", "message"),
    [
        ("cmd: ${lrr}", 3, "'cmd': there is no 'lrr'."),
        ("cmd: ${models.usa}", 3, "'cmd': 'models' has no 'usa'."),
        ("cmd: ${lr.x}", 3, "'cmd': 'lr' is the number 0.1: it has no 'x'."),
        ("cmd: ${layers[9]}", 3, "'cmd': 'layers' has 2 items, so there is no item 9."),
        ("cmd: ${layers.x}", 3, "'cmd': 'layers' is a list: give the number of an item"),
        ("cmd: ${}", 3, "'cmd': '${}' is not a variable."),
        ("cmd: ${a..b}", 3, "'cmd': '${a..b}' is not a variable."),
        ("cmd: ${1}", 3, "'cmd': there is no '1'."),
        ("cmd: x ${layers}", 3, "'cmd': ${layers} is a list; only text, a number or a mapping"),
        ("cmd: ${opt}", 3, "'cmd': ${opt} is a mapping; only text or a number"),
        ("cmd: ${lr}", 3, "'cmd': expected text, got the number 0.1."),
        ("cmd: x\ndeps:\n- a\n- ${layers}", 6, "'deps': ${layers} is a list;"),
        ("cmd: x\ndeps:\n- a${opt}", 5, "'deps': ${opt} is a mapping; only text or a number"),
        ("cmd: x\ndeps:\n- ${lr}", 5, "'deps': expected text, got the number 0.1."),
    ],
)  # fmt: skip
def test_what_can_not_be_resolved_is_named_with_its_line(definition: str, line: int, message: str) -> None:
    assert error_of(definition).message.startswith(f"dvc.yaml:{line}: stage 'train': {message}")


def test_near_names_are_offered() -> None:
    assert "'layers'" in (error_of("cmd: ${layer}").hint or "")
    assert "'us'" in (error_of("cmd: ${models.usa}").hint or "")


def test_vars_come_from_files_keys_of_files_and_inline() -> None:
    pipeline = load(
        {
            "p/dvc.yaml": "vars: [a.toml, 'b.json:x,y', {z: 1}]\n"
            "stages: {s: {cmd: '${t.k} ${x} ${y} ${z} ${d}'}}\n",
            "p/params.yaml": "d: 5\n",
            "p/a.toml": "[t]\nk = 2\n",
            "p/b.json": '{"x": 3, "y": 4, "d": 9}',
        }
    )  # fmt: skip
    assert pipeline.stages[0].cmd == "2 3 4 1 5"
    assert pipeline.used_vars == {"p/a.toml": ("t.k",), "p/b.json": ("x", "y"), "p/params.yaml": ("d",)}


def test_vars_of_a_stage_are_its_own_and_relative_to_its_wdir() -> None:
    files = {
        "dvc.yaml": "stages:\n"
        "  a: {cmd: 'x ${v}', wdir: '${w}', vars: [v.yaml, {u: 1}]}\n"
        "  b: {cmd: 'x ${v}', vars: [{v: 2}]}\n",
        "params.yaml": "w: sub\n",
        "sub/v.yaml": "v: 1\n",
    }
    assert [stage.cmd for stage in load(files).stages] == ["x 1", "x 2"]


def test_mappings_from_several_places_merge() -> None:
    stage = only_stage("vars: [{models: {de: {lr: 3}}}]\ncmd: x ${models.us.lr} ${models.de.lr}", PARAMS)
    assert stage.cmd == "x 1 3"


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ("vars: [{lr: 1}]\ncmd: x", "vars: 'lr' from vars[0] is defined already in params.yaml."),
        ("vars: [{models: {us: {lr: 1}}}]\ncmd: x", "vars: 'models.us.lr' from vars[0] is defined already"),
        ("vars: [nope.yaml]\ncmd: x", "vars: 'nope.yaml' does not exist."),
        ("vars: ['params.yaml:lr']\ncmd: x", "vars: 'params.yaml:lr' is loaded already, whole or in part."),
        ("vars: ['${name}.yaml']\ncmd: x", "`vars` can't hold ${…}: it defines what they mean."),
    ],
)
def test_vars_that_clash_or_miss_are_refused(definition: str, message: str) -> None:
    assert error_of(definition).message.startswith(f"dvc.yaml:3: stage 'train': {message}")


def test_a_file_may_be_named_twice_and_split_by_keys() -> None:
    assert only_stage("vars: [params.yaml]\ncmd: x ${lr}", PARAMS).cmd == "x 0.1"
    files = {
        "dvc.yaml": "vars: ['v.yaml:a', 'v.yaml:b']\nstages: {s: {cmd: '${a}${b}'}}\n",
        "v.yaml": "a: 1\nb: 2\n",
    }
    assert load(files).stages[0].cmd == "12"
    files["dvc.yaml"] = "vars: ['v.yaml:a', 'v.yaml:a']\nstages: {}\n"
    with pytest.raises(ExpError, match="loaded already"):
        load(files)


def test_foreach_over_a_list_names_stages_by_value() -> None:
    assert commands("foreach: [a, 1, true, null, 1.5, a]\ndo: {cmd: 'x ${item}'}") == {
        "s@a": "x a",
        "s@1": "x 1",
        "s@true": "x true",
        "s@None": "x None",
        "s@1.5": "x 1.5",
    }


def test_foreach_over_a_mapping_has_a_key() -> None:
    text = "foreach: {us: {v: 1}, 2021: {v: 2}}\ndo: {cmd: '${key} ${item.v} ${item}'}"
    assert commands(text) == {"s@us": "us 1 --v 1", "s@2021": "2021 2 --v 2"}


def test_foreach_over_mappings_names_stages_by_index() -> None:
    assert commands("foreach: [{q: 1}, b]\ndo: {cmd: x}") == {"s@0": "x", "s@1": "x"}
    assert error_of("foreach: [{q: 1}]\ndo: {cmd: 'x ${key}'}").message.startswith(
        "dvc.yaml:4: stage 'train': 'train@0': 'cmd': there is no 'key'."
    )


def test_foreach_over_variables_knows_which_were_used() -> None:
    text = "stages:\n  s:\n    foreach: ${models}\n    do: {cmd: '${key} ${item.lr}'}\n"
    pipeline = load({"dvc.yaml": text, "params.yaml": PARAMS})
    assert {stage.name: stage.cmd for stage in pipeline.stages} == {"s@us": "us 1", "s@uk": "uk 2"}
    assert pipeline.used_vars == {"params.yaml": ("models.us.lr", "models.uk.lr")}
    assert [(stage.group, stage.line, stage.templated) for stage in pipeline.stages] == [("s", 2, True)] * 2


def test_a_boolean_of_a_params_file_is_named_as_dvc_names_it() -> None:
    assert list(commands("foreach: ['${flag}', false]\ndo: {cmd: x}")) == ["s@True", "s@false"]


def test_a_generated_stage_may_have_vars_but_not_redefine_item() -> None:
    assert commands("foreach: [a]\ndo: {cmd: '${item}${k}', vars: [{k: 1}]}") == {"s@a": "a1"}
    assert "'item' is reserved" in error_of("foreach: [a]\ndo: {cmd: x, vars: [{item: 1}]}").message


@pytest.mark.parametrize("data", ["${lr}", "text"])
def test_foreach_needs_a_list_or_a_mapping(data: str) -> None:
    message = error_of(f"foreach: {data}\ndo: {{cmd: x}}").message
    assert message.startswith("dvc.yaml:3: stage 'train': expected a list or a mapping, got")


def test_a_matrix_is_every_combination_the_last_axis_fastest() -> None:
    text = (
        "matrix: {m: [a, '${flag}'], i: '${layers}', d: [{q: 1}]}\ncmd: ${item.m} ${item.i} ${item.d} ${key}"
    )
    assert commands(text) == {
        "s@a-16-d0": "a 16 --q 1 a-16-d0",
        "s@a-32-d0": "a 32 --q 1 a-32-d0",
        "s@True-16-d0": "true 16 --q 1 True-16-d0",
        "s@True-32-d0": "true 32 --q 1 True-32-d0",
    }


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ("{}", "dvc.yaml:3: stage 'train': expected at least one axis, got none."),
        ("{x: abc}", "dvc.yaml:3: stage 'train': 'x': expected a list, got the text 'abc'."),
        ("{x: '${lr}'}", "dvc.yaml:3: stage 'train': 'x': expected a list, got the number 0.1."),
        ("{x: 5}", "dvc.yaml:3: stage 'train': 'x': expected text or a list, got the number 5."),
    ],
)
def test_a_matrix_needs_lists(matrix: str, message: str) -> None:
    assert error_of(f"matrix: {matrix}\ncmd: x").message == message


def test_a_group_over_nothing_has_no_stages() -> None:
    assert commands("foreach: []\ndo: {cmd: x}") == {}
    assert commands("matrix: {x: []}\ncmd: x") == {}


def test_top_level_sections_are_templated_too() -> None:
    pipeline = load(
        {
            "dvc.yaml": "metrics: ['${name}.json']\nplots: ['${p}', {'${name}': {y: '${ys}'}}]\n"
            "artifacts: {'m${lr}': {path: '${name}.pkl'}}\n",
            "params.yaml": "lr: 1\nname: n\nys: {a.csv: u}\np: {q.csv: {x: s}}\n",
        }
    )
    assert pipeline.metrics == ("n.json",)
    assert [(plot.id, plot.path, plot.style.x, plot.style.y) for plot in pipeline.plots] == [
        ("q.csv", "q.csv", "s", None),
        ("n", None, None, {"a.csv": "u"}),
    ]
    assert [(artifact.name, artifact.path) for artifact in pipeline.artifacts] == [("m1", "n.pkl")]


def test_a_key_is_text_or_a_number() -> None:
    with pytest.raises(ExpError, match=r"\$\{p\} is a mapping; only text or a number can stand here"):
        load({"dvc.yaml": "plots: [{'${p}': {y: a}}]\n", "params.yaml": "p: {q.csv: {x: s}}\n"})


@pytest.mark.parametrize("text", ["a.b", " a.b ", "a .b", "a. b", "\ta.b", "a[ b ]", " a[b] "])
def test_blanks_between_the_parts_of_an_expression_mean_nothing(text: str) -> None:
    assert parse_expression(text) == ("a", "b")
