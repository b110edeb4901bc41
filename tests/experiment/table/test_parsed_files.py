"""Parsing once what many commits share."""

from __future__ import annotations

import pytest

from gitexp.errors import ExpError
from gitexp.experiment.table.parsed_files import ParsedFiles
from tests.pipeline.memory import MemoryFiles

PLAIN = {"dvc.yaml": "stages:\n  s:\n    cmd: echo\n"}
TEMPLATED = {"dvc.yaml": "stages:\n  s:\n    cmd: echo ${lr}\n", "params.yaml": "lr: 1\n"}


def test_equal_files_have_the_same_pipeline() -> None:
    parsed = ParsedFiles()
    assert parsed.pipeline(MemoryFiles(PLAIN)) is parsed.pipeline(MemoryFiles(PLAIN))


def test_a_changed_manifest_is_another_pipeline() -> None:
    parsed = ParsedFiles()
    parsed.pipeline(MemoryFiles(PLAIN))
    changed = parsed.pipeline(MemoryFiles({"dvc.yaml": "stages:\n  t:\n    cmd: echo\n"}))
    assert [stage.name for stage in changed.stages] == ["t"]


def test_a_changed_template_value_is_another_pipeline() -> None:
    parsed = ParsedFiles()
    parsed.pipeline(MemoryFiles(TEMPLATED))
    changed = parsed.pipeline(MemoryFiles({**TEMPLATED, "params.yaml": "lr: 2\n"}))
    assert changed.stages[0].cmd == "echo 2"


def test_params_that_no_template_uses_share_the_pipeline() -> None:
    parsed = ParsedFiles()
    one = parsed.pipeline(MemoryFiles({**PLAIN, "params.yaml": "lr: 1\n"}))
    assert parsed.pipeline(MemoryFiles({**PLAIN, "params.yaml": "lr: 2\n"})) is one


def test_a_lock_says_nothing_about_the_pipeline() -> None:
    parsed = ParsedFiles()
    one = parsed.pipeline(MemoryFiles({**PLAIN, "dvc.lock": "schema: '2.0'\n"}))
    assert parsed.pipeline(MemoryFiles({**PLAIN, "dvc.lock": "schema: '2.0'\nstages: {}\n"})) is one


def test_a_new_manifest_elsewhere_is_another_pipeline() -> None:
    parsed = ParsedFiles()
    parsed.pipeline(MemoryFiles(PLAIN))
    more = parsed.pipeline(MemoryFiles({**PLAIN, "sub/dvc.yaml": "stages:\n  t:\n    cmd: echo\n"}))
    assert len(more.stages) == 2


def test_a_file_that_does_not_parse_is_an_error_each_time() -> None:
    parsed = ParsedFiles()
    for _ in range(2):
        with pytest.raises(ExpError):
            parsed.values("p.json", b"{")
