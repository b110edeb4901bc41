from __future__ import annotations

from pathlib import Path

import pytest

from gitexp.cache.link import can_reflink
from gitexp.experiment.data.link_hint import link_hint
from gitexp.project import find_project
from tests.repos import make_project

MUCH = 1 << 30


def test_it_is_said_once_and_only_of_much_data(work: Path) -> None:
    make_project(work)
    (work / ".dvc/cache").mkdir()
    if can_reflink(str(work / ".dvc/cache")):
        pytest.skip("this disk has reflinks")
    project = find_project(work)
    assert link_hint(project, 1000) is None
    assert "hardlink" in (link_hint(project, MUCH) or "")
    assert link_hint(project, MUCH) is None


@pytest.mark.parametrize("setting", ["type = copy", "slow_link_warning = false"])
def test_nothing_is_said_to_who_has_chosen(work: Path, setting: str) -> None:
    make_project(work, {".dvc/config": f"[cache]\n    {setting}\n"})
    (work / ".dvc/cache").mkdir()
    assert link_hint(find_project(work), MUCH) is None
