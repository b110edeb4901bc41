"""What would fail at the end of a run fails before it: signing, and a hook that vetoes refs."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitexp.errors import ExpError
from gitexp.git.refs import create_ref, read_ref
from gitexp.git.rehearsal import rehearse
from gitexp.git.repo import Repo, find_repo
from tests.programs import exp, git
from tests.repos import make_project, make_repo

SIGNS = "#!/bin/sh\ncat > /dev/null\nprintf '\\n[GNUPG:] SIG_CREATED D\\n' >&2\necho signature\n"
FAILS = "#!/bin/sh\necho 'no secret key' >&2\nexit 2\n"
VETO = (
    "#!/bin/sh\nwhile read old new ref; do\n"
    "case $ref in refs/exps/*) echo no experiments >&2; exit 1;; esac; done\n"
)


@pytest.fixture
def repo(work: Path) -> Repo:
    make_repo(work, {"a.txt": "a"})
    return find_repo(work)


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def sign_with(repo: Repo, program: Path) -> None:
    git(repo.work_tree, "config", "commit.gpgSign", "true")
    git(repo.work_tree, "config", "gpg.program", str(program))


def run_through(repo: Repo) -> str:
    head = git(repo.work_tree, "rev-parse", "HEAD")
    ref = f"refs/exps/{head[:2]}/{head[2:]}/one"
    rehearse(repo, git(repo.work_tree, "rev-parse", "HEAD^{tree}"), head, ref)
    return ref


def test_nothing_is_asked_of_a_plain_repository(repo: Repo) -> None:
    before = sorted(repo.common_dir.rglob("objects/*/*"))
    assert read_ref(repo, run_through(repo)) is None
    assert sorted(repo.common_dir.rglob("objects/*/*")) == before


def test_a_key_that_signs_is_no_obstacle(repo: Repo, tmp_path: Path) -> None:
    sign_with(repo, script(tmp_path / "gpg", SIGNS))
    run_through(repo)


def test_a_key_that_does_not_is_told_with_what_to_do(repo: Repo, tmp_path: Path) -> None:
    sign_with(repo, script(tmp_path / "gpg", FAILS))
    with pytest.raises(ExpError, match="gpgSign") as caught:
        run_through(repo)
    assert "user.signingKey" in str(caught.value.hint)


@pytest.mark.parametrize("hooks_path", [None, "my hooks"])
def test_a_hook_that_vetoes_is_told(repo: Repo, hooks_path: str | None) -> None:
    folder = repo.work_tree / hooks_path if hooks_path else repo.common_dir / "hooks"
    if hooks_path:
        git(repo.work_tree, "config", "core.hooksPath", hooks_path)
    script(folder / "reference-transaction", VETO)
    with pytest.raises(ExpError, match="no experiments") as caught:
        run_through(repo)
    assert "hooks/reference-transaction" in str(caught.value.hint)


def test_a_hook_that_agrees_leaves_no_ref(repo: Repo) -> None:
    script(repo.common_dir / "hooks/reference-transaction", "#!/bin/sh\nexit 0\n")
    assert read_ref(repo, run_through(repo)) is None


def test_a_taken_name_is_not_taken_for_a_veto(repo: Repo) -> None:
    script(repo.common_dir / "hooks/reference-transaction", "#!/bin/sh\nexit 0\n")
    head = git(repo.work_tree, "rev-parse", "HEAD")
    create_ref(repo, f"refs/exps/{head[:2]}/{head[2:]}/one", head)
    run_through(repo)


@pytest.mark.parametrize("words", [("run",), ("run", "--queue"), ("run", "-S", "x=1,2")])
def test_no_stage_runs_when_the_commit_could_not_be_signed(
    work: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    make_project(
        work,
        {"dvc.yaml": "stages:\n  s: {cmd: 'echo ran >> $HOME/ran', params: [x]}\n", "params.yaml": "x: 0\n"},
    )
    sign_with(find_repo(work), script(tmp_path / "gpg", FAILS))
    done = exp(work, *words)
    assert done.code == 1
    assert "commit.gpgSign" in done.err
    assert "hint: " in done.err
    assert not (tmp_path / "home/ran").exists()
    assert git(work, "for-each-ref", "refs/exps", "refs/gitexp") == ""
