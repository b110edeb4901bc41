"""`exp run --pull` and `exp repro --pull`: data and runs come from the remote when a stage needs them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from gitexp.cli import main
from gitexp.errors import Exit
from tests.experiment.lab import Lab
from tests.repos import commit_all, make_project, write_files

Said = pytest.CaptureFixture[str]

CONFIG = "[core]\n    remote = main\n['remote \"main\"']\n    url = ../../store\n"
DATA = {f"raw/{number}.txt": f"{number}\n" * 50 for number in range(20)}
READER = """\
stages:
  pick:
    cmd: (echo picked; cat raw/3.txt) > picked.txt
    deps: [raw/3.txt]
    outs: [picked.txt]
  count:
    cmd: wc -l < picked.txt > count.txt && grep n params.yaml >> count.txt
    deps: [picked.txt]
    params: [n]
    outs: [count.txt]
  other:
    cmd: ls raw > other.txt
    deps: [raw]
    outs: [other.txt]
"""


@pytest.fixture
def lab(work: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said) -> Lab:
    """Everything ran and was pushed; then cache, data and outs were lost, as in a fresh clone."""
    files = {"dvc.yaml": READER, "params.yaml": "n: 1\n", ".dvc/config": CONFIG}
    lab = Lab(make_project(work / "project", files))
    write_files(lab.path, DATA)
    monkeypatch.chdir(lab.path)
    for words in (["add", "raw"], ["repro"], ["data", "push", "--run-cache"]):
        assert main(words) == 0
    commit_all(lab.path)
    forget(lab)
    capsys.readouterr()
    return lab


def forget(lab: Lab) -> None:
    for path in (".dvc/cache", "raw"):
        shutil.rmtree(lab.path / path, ignore_errors=True)
    for path in ("picked.txt", "count.txt", "other.txt"):
        (lab.path / path).unlink(missing_ok=True)


def outcomes(capsys: Said, *words: str, code: int = Exit.DONE) -> dict[str, str]:
    assert main([*words, "--json"]) == code
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return {line["stage"]: line["outcome"] for line in lines if line["event"] == "stage_ended"}


def cached(lab: Lab) -> list[str]:
    top = lab.path / ".dvc/cache/files"
    return sorted(path.relative_to(top).as_posix() for path in top.rglob("*") if path.is_file())


def test_a_run_fetches_only_what_its_stages_read(lab: Lab, capsys: Said) -> None:
    done = outcomes(capsys, "run", "--pull", "-S", "n=2", "-n", "one")
    assert done == {"raw.dvc": "unchanged", "pick": "unchanged", "count": "ran", "other": "unchanged"}
    # The manifest of raw, of which pick reads a part; picked.txt, which count reads; what count made.
    assert len(cached(lab)) == 3


def test_one_file_of_a_folder_costs_one_file(lab: Lab, capsys: Said) -> None:
    lab.edit("dvc.yaml", lambda text: text.replace("echo picked", "echo again"))
    done = outcomes(capsys, "run", "--pull", "-n", "one")
    assert done["pick"] == "ran" and done["other"] == "unchanged"
    assert len(cached(lab)) == 4  # manifest, 3.txt, the new picked.txt and count.txt
    (ref,) = (ref for ref in lab.refs() if ref.endswith("/one"))
    sizes = [lab.git("show", f"{rev}:dvc.lock").count("size:") for rev in (ref, "HEAD")]
    assert sizes[0] == sizes[1]


def test_without_pull_the_same_run_fails_and_says_what_to_do(lab: Lab, capsys: Said) -> None:
    assert main(["run", "-S", "n=2", "-n", "one"]) == 1
    assert "exp data pull" in capsys.readouterr().err


def test_a_run_of_long_ago_is_restored_from_the_run_cache_of_the_remote(lab: Lab, capsys: Said) -> None:
    lab.edit("params.yaml", lambda text: text.replace("1", "2"))
    outcomes(capsys, "repro", "--pull")
    assert main(["data", "push", "--run-cache"]) == 0
    lab.git("checkout", "-q", ".")
    forget(lab)
    capsys.readouterr()
    assert outcomes(capsys, "run", "--pull", "-S", "n=2", "-n", "again")["count"] == "cached"
    forget(lab)
    assert outcomes(capsys, "run", "--pull", "--no-run-cache", "-S", "n=2", "-n", "anew")["count"] == "ran"


def test_repro_brings_the_workspace_what_it_lacks(lab: Lab, capsys: Said) -> None:
    assert set(outcomes(capsys, "repro", "--pull").values()) == {"cached"}
    assert {path: (lab.path / path).read_text() for path in DATA} == DATA
    assert (lab.path / "count.txt").exists()
    assert set(outcomes(capsys, "repro", "--pull").values()) == {"unchanged"}


def test_with_allow_missing_only_what_runs_is_fetched(lab: Lab, capsys: Said) -> None:
    assert set(outcomes(capsys, "repro", "--pull", "--allow-missing").values()) == {"unchanged"}
    assert [path.endswith(".dir") for path in cached(lab)] == [True]  # pick reads a part of raw: which?
    lab.edit("params.yaml", lambda text: text.replace("1", "7"))
    done = outcomes(capsys, "repro", "--pull", "--allow-missing")
    assert done["count"] == "ran" and done["other"] == "unchanged"
    assert not (lab.path / "raw").exists() and (lab.path / "picked.txt").exists()


def test_a_single_stage_gets_its_deps(lab: Lab, capsys: Said) -> None:
    lab.edit("params.yaml", lambda text: text.replace("1", "7"))
    assert outcomes(capsys, "repro", "--pull", "-s", "count") == {"count": "ran"}
    assert not (lab.path / "raw").exists()


def test_what_the_remote_lacks_is_made_again(lab: Lab, work: Path, capsys: Said) -> None:
    stored = [path for path in (work / "store/files").rglob("*") if path.is_file()]
    (picked,) = (path for path in stored if path.read_text().startswith("picked"))
    picked.unlink()
    lab.edit("params.yaml", lambda text: text.replace("1", "7"))
    done = outcomes(capsys, "run", "--pull", "-n", "one")
    assert done["pick"] == "ran" and done["count"] == "ran" and done["other"] == "unchanged"


def test_a_remote_that_is_not_there_is_an_error(lab: Lab, work: Path, capsys: Said) -> None:
    lab.edit(".dvc/config", lambda text: text.replace("../../store", "ftp://host/x"))
    assert main(["repro", "--pull"]) == 1
    assert "ftp://" in capsys.readouterr().err


def test_a_queued_run_pulls_too(lab: Lab, capsys: Said) -> None:
    assert main(["run", "--queue", "--pull", "-S", "n=2", "-n", "later"]) == 0
    assert main(["run", "--run-all"]) == 0
    assert any(ref.endswith("/later") for ref in lab.refs())


def test_what_comes_is_told_while_it_comes(lab: Lab, capsys: Said) -> None:
    assert main(["run", "--pull", "-f", "--json", "other"]) == Exit.DONE
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    told = [line for line in lines if line["event"] == "stage_fetching"]
    assert {line["stage"] for line in told} == {"other"}
    assert [line["all_files"] for line in told][:2] == [1, 21]  # the manifest, then what it names
