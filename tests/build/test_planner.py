"""Plans: what would happen and why, on a project whose commands are the fake runner's."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gitexp.build.builder import BuildOptions
from tests.build.sites import Bench, actions, outcomes, reasons

CHAIN = {
    "in.txt": "in\n",
    "params.yaml": "lr: 0.1\nopt: {name: sgd}\nunused: 1\n",
    "dvc.yaml": """\
stages:
  first:
    cmd: join a.txt in.txt
    deps: [in.txt]
    params: [lr]
    outs: [a.txt]
  second:
    cmd: join b.txt a.txt a.txt
    deps: [a.txt]
    outs: [b.txt]
""",
}


@pytest.fixture
def chain(work: Path) -> Bench:
    return Bench(work / "p", CHAIN)


def test_a_pipeline_that_never_ran_runs_as_a_whole(chain: Bench) -> None:
    plan = chain.plan()
    assert actions(plan) == {"first": "run", "second": "run"}
    assert reasons(plan, "first") == [("never ran",)]
    assert reasons(plan, "second") == [("never ran",), ("upstream runs", "first")]


def test_after_a_build_all_is_up_to_date(chain: Bench) -> None:
    chain.build()
    plan = chain.plan()
    assert actions(plan) == {"first": "up to date", "second": "up to date"}
    assert plan.steps[0].reasons == ()


def test_a_changed_param_is_named_with_old_and_new_value(chain: Bench) -> None:
    chain.build()
    chain.write(params_yaml="lr: 0.5\nopt: {name: adam}\nunused: 2\n")
    plan = chain.plan()
    assert actions(plan) == {"first": "run", "second": "depends"}
    assert reasons(plan, "first") == [("modified param", "params.yaml:lr", 0.1, 0.5)]
    assert reasons(plan, "second") == [("upstream runs", "first")]


def test_values_that_are_equal_in_python_are_no_change(chain: Bench) -> None:
    chain.write(params_yaml="lr: 1\n")
    chain.build()
    chain.write(params_yaml="lr: 1.0\n")
    assert actions(chain.plan())["first"] == "up to date"


def test_a_missing_param_or_params_file_is_deleted(chain: Bench) -> None:
    chain.build()
    chain.write(params_yaml="unused: 1\n")
    assert reasons(chain.plan(), "first") == [("deleted param", "params.yaml:lr", 0.1)]
    (chain.root / "params.yaml").unlink()
    assert reasons(chain.plan(), "first") == [("deleted param", "params.yaml")]


def test_a_changed_dep_is_named_with_its_hashes(chain: Bench) -> None:
    chain.build()
    chain.write(in_txt="other\n")
    assert reasons(chain.plan(), "first") == [
        ("modified dep", "in.txt", "ba8d2b9408ed255ee92a112fe7ba59be", "ba7790b1708b71cb2b61b1a30d824712")
    ]


def test_a_changed_command_shows_both(chain: Bench) -> None:
    chain.build()
    chain.write(dvc_yaml=CHAIN["dvc.yaml"].replace("join a.txt in.txt", "join a.txt in.txt in.txt"))
    assert reasons(chain.plan(), "first") == [
        ("changed command", None, "join a.txt in.txt", "join a.txt in.txt in.txt")
    ]


def test_a_dep_added_is_new_and_one_dropped_is_no_change(chain: Bench) -> None:
    chain.build()
    chain.write(dvc_yaml=CHAIN["dvc.yaml"].replace("[in.txt]", "[in.txt, .gitignore]"))
    assert [reason[:2] for reason in reasons(chain.plan(), "first")] == [("new dep", ".gitignore")]
    chain.write(dvc_yaml=CHAIN["dvc.yaml"].replace("    deps: [in.txt]\n", ""))
    assert actions(chain.plan())["first"] == "up to date"


def test_going_back_to_earlier_inputs_restores_them_all(chain: Bench) -> None:
    chain.build()
    chain.write(in_txt="other\n")
    chain.build()
    chain.write(in_txt="in\n")
    assert actions(chain.plan()) == {"first": "restore", "second": "restore"}
    chain.ran()
    assert outcomes(chain.build()) == {"first": "cached", "second": "cached"}
    assert chain.ran() == []
    assert chain.read("b.txt") == "in\nin\n"


def test_a_deleted_out_is_restored_by_the_lock_entry_even_without_the_run_cache(chain: Bench) -> None:
    chain.build()
    shutil.rmtree(chain.store.root / "runs")
    (chain.root / "a.txt").unlink()
    plan = chain.plan()
    assert actions(plan) == {"first": "restore", "second": "up to date"}
    assert reasons(plan, "first")[0][:2] == ("deleted out", "a.txt")


def test_an_out_whose_object_is_gone_is_stored_again_not_run_again(chain: Bench) -> None:
    chain.build()
    chain.ran()
    shutil.rmtree(chain.store.root / "files")
    chain.store = type(chain.store)(chain.store.root)
    assert set(actions(chain.plan()).values()) == {"record"}
    assert set(outcomes(chain.build()).values()) == {"recorded"}
    assert chain.ran() == []
    assert set(actions(chain.plan()).values()) == {"up to date"}


def test_an_out_neither_here_nor_in_the_cache_is_made_again(chain: Bench) -> None:
    chain.build()
    shutil.rmtree(chain.store.root / "files")
    chain.store = type(chain.store)(chain.store.root)
    (chain.root / "b.txt").unlink()
    assert actions(chain.plan()) == {"first": "record", "second": "run"}
    chain.ran()
    chain.build()
    assert chain.ran() == ["second"]


def test_force_runs_everything_whatever_the_run_cache_has(chain: Bench) -> None:
    chain.build()
    chain.ran()
    assert set(actions(chain.plan(force=True)).values()) == {"run"}
    assert reasons(chain.plan(force=True), "first") == [("forced",)]
    chain.build(options=BuildOptions(force=True))
    assert chain.ran() == ["first", "second"]


def test_a_single_stage_is_judged_by_what_is_there(chain: Bench) -> None:
    chain.build()
    chain.write(in_txt="other\n")
    assert actions(chain.plan("second", single_item=True)) == {"second": "up to date"}


def test_stages_without_inputs_or_marked_so_are_always_changed(work: Path) -> None:
    bench = Bench(
        work / "p",
        {
            "in.txt": "",
            "dvc.yaml": "stages:\n  hello:\n    cmd: say hi\n"
            "  again:\n    cmd: join o.txt in.txt\n    always_changed: true\n    deps: [in.txt]\n"
            "    outs: [o.txt]\n",
        },
    )
    bench.build()
    assert actions(bench.plan()) == {"hello": "run", "again": "run"}
    assert reasons(bench.plan(), "again") == [("always changed",)]


def test_a_frozen_stage_ignores_its_deps_and_its_upstream(chain: Bench) -> None:
    chain.build()
    frozen = CHAIN["dvc.yaml"].replace("  second:\n", "  second:\n    frozen: true\n")
    chain.write(dvc_yaml=frozen, in_txt="other\n")
    assert actions(chain.plan()) == {"first": "run", "second": "up to date"}
    assert actions(chain.plan("second")) == {"second": "up to date"}


def test_a_frozen_stage_without_outs_fails_and_runs_nothing(chain: Bench) -> None:
    chain.write(dvc_yaml=CHAIN["dvc.yaml"].replace("  second:\n", "  second:\n    frozen: true\n"))
    result = chain.build()
    assert outcomes(result) == {"first": "ran", "second": "failed"}
    assert chain.ran() == ["first"]


def test_a_param_called_size_is_never_restored_by_key(work: Path) -> None:
    bench = Bench(
        work / "p",
        {
            "in.txt": "x",
            "params.yaml": "size: 1\n",
            "dvc.yaml": "stages:\n  s:\n    cmd: join o.txt in.txt params.yaml\n"
            "    deps: [in.txt]\n    params: [size]\n    outs: [o.txt]\n",
        },
    )
    bench.build()
    bench.write(params_yaml="size: 2\n")
    assert actions(bench.plan()) == {"s": "run"}
    bench.build()
    assert bench.read("o.txt") == "xsize: 2\n"


def test_a_params_file_that_can_not_be_read_stops_the_plan(chain: Bench) -> None:
    chain.build()
    chain.write(params_yaml="lr: [\n")
    with pytest.raises(Exception, match=r"first.*params\.yaml"):
        chain.plan()
