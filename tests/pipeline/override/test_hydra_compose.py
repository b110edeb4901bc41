"""params.yaml composed by Hydra from the project's conf folder."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gitexp.errors import ExpError
from gitexp.pipeline.override.hydra_compose import compose_params
from gitexp.pipeline.override.overrides import parse_overrides
from gitexp.project import HydraSettings
from tests.repos import write_files

ON = HydraSettings(enabled=True)


@pytest.fixture
def root(work: Path) -> Path:
    write_files(
        work,
        {
            "conf/config.yaml": (
                "defaults:\n  - db: mysql\n  - _self_\nlr: 1  # comment\nurl: ${db.name}:${lr}\n"
            ),
            "conf/db/mysql.yaml": "name: mysql\n",
            "conf/db/pg.yaml": "name: pg\n",
            "conf/other.yaml": "z: 1\n",
            "other/config.yaml": "place: other\n",
        },
    )
    return work


def composed(root: Path, *texts: str, settings: HydraSettings = ON) -> str:
    return compose_params(root, settings, parse_overrides(texts)).decode()


def test_defaults_are_composed_and_interpolations_resolved(root: Path) -> None:
    assert composed(root) == "db:\n  name: mysql\nlr: 1\nurl: mysql:1\n"


def test_overrides_choose_groups_set_and_add(root: Path) -> None:
    assert composed(root, "db=pg", "lr=2", "+new=1") == "db:\n  name: pg\nlr: 2\nurl: pg:2\nnew: 1\n"


def test_folder_and_name_come_from_the_settings(root: Path) -> None:
    assert composed(root, settings=HydraSettings(True, config_dir="other")) == "place: other\n"
    assert composed(root, settings=HydraSettings(True, config_name="other")) == "z: 1\n"


def test_a_module_can_hold_the_configs_each_root_its_own(root: Path) -> None:
    before = list(sys.path)
    for name in ("first", "second"):
        write_files(root / name, {"confmod/__init__.py": "", "confmod/config.yaml": f"from: {name}\n"})
        settings = HydraSettings(True, config_module="confmod")
        assert composed(root / name, settings=settings) == f"from: {name}\n"
    assert sys.path == before


@pytest.mark.parametrize(
    ("texts", "settings", "message"),
    [
        (["nope=1"], ON, "Could not override 'nope'"),
        (["db=oracle"], ON, "db/oracle"),
        ([], HydraSettings(True, config_name="nothing"), "nothing"),
        ([], HydraSettings(True, config_dir="nowhere"), "there is no folder"),
    ],
)
def test_what_hydra_refuses_is_said_in_its_words(
    root: Path, texts: list[str], settings: HydraSettings, message: str
) -> None:
    with pytest.raises(ExpError) as caught:
        composed(root, *texts, settings=settings)
    assert message in caught.value.message
