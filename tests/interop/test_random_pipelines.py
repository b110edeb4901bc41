"""Random pipelines, random edits: `exp repro` and a real `dvc repro` leave the same behind."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from gitexp.pipeline.stage import Value
from gitexp.pipeline.yaml import parse_yaml
from tests.interop.random_pipelines import Edit, random_edits, random_projects
from tests.programs import Dvc, exp
from tests.repos import make_project

# A `dvc repro` takes most of a second; EXAMPLES=50 for a real search.
EXAMPLES = int(os.environ.get("EXAMPLES", "2"))


@pytest.mark.slow
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),  # to shrink an example would take many minutes
    derandomize="EXAMPLES" not in os.environ,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data())
def test_exp_and_dvc_leave_the_same_locks_outs_and_cache(work: Path, dvc: Dvc, data: st.DataObject) -> None:
    project = data.draw(random_projects(), label="project")
    edits = [Edit(project)]
    for _ in range(data.draw(st.integers(1, 3))):
        edits.append(data.draw(random_edits(edits[-1].project), label="edit"))
    place = Path(tempfile.mkdtemp(dir=work))
    ours = make_project(place / "exp", {**project.files(), "extra": ""})
    theirs = make_project(place / "dvc", {**project.files(), "extra": ""})
    for edit in edits:
        edit.apply(ours)
        edit.apply(theirs)
        note((ours / "dvc.yaml").read_text())
        done = exp(ours, "repro", "-j2")
        note(f"{done.out}{done.err}")
        note(dvc(theirs, "repro").out)
        assert done.code == 0
        assert lock(ours) == lock(theirs)
        assert files(ours) == files(theirs)
        assert objects(ours) == objects(theirs)
    shutil.rmtree(place)


def lock(root: Path) -> Value:
    path = root / "dvc.lock"
    return parse_yaml(path.read_bytes(), "dvc.lock") if path.exists() else None


def files(root: Path) -> dict[str, bytes]:
    """What lies in the workspace, but for Git's, DVC's and the lock, whose layout may differ."""
    return {
        path.relative_to(root).as_posix(): sorted_lines(path)
        for path in root.rglob("*")
        if path.is_file() and not {".git", ".dvc", "dvc.lock"}.intersection(path.relative_to(root).parts)
    }


def sorted_lines(path: Path) -> bytes:
    """The bytes; of a .gitignore its lines, in any order."""
    data = path.read_bytes()
    return b"".join(sorted(data.splitlines(True))) if path.name == ".gitignore" else data


def objects(root: Path) -> list[str]:
    """Names in the cache: of files, directories and runs. A name says the content."""
    cache = root / ".dvc/cache"
    return sorted(path.relative_to(cache).as_posix() for path in cache.rglob("*") if path.is_file())
