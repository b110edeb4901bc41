"""Objects through one git process, commits written with the user's settings."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gitexp.errors import ExpError
from gitexp.git.command import run_git
from gitexp.git.objects import ObjectReader, parse_commit, write_commit
from gitexp.git.repo import Repo, find_repo
from tests.repos import FIRST_COMMIT, commit_all, make_repo, write_files


@pytest.fixture
def repo(work: Path) -> Repo:
    make_repo(work, {"a.txt": "a\n", "sub/b.bin": b"\0\n\xff", "new\nline/x\ny": "odd", "empty": ""})
    return find_repo(work)


def git(repo: Repo, *args: str) -> str:
    return run_git(repo.work_tree, *args).text


def test_files_are_read_by_commit_and_path_and_by_id(repo: Repo) -> None:
    with ObjectReader(repo) as reader:
        assert reader.read("HEAD:a.txt") == b"a\n"
        assert reader.read("HEAD:sub/b.bin") == b"\0\n\xff"
        assert reader.read("HEAD:empty") == b""
        assert reader.read(git(repo, "rev-parse", "HEAD:a.txt")) == b"a\n"


def test_what_is_not_there_reads_none_and_the_reader_goes_on(repo: Repo) -> None:
    with ObjectReader(repo) as reader:
        assert reader.read("HEAD:none") is None
        assert reader.read("none:a.txt") is None
        assert reader.read("0" * 40) is None
        assert reader.commit("none") is None
        assert reader.tree("HEAD:a.txt") == ()
        assert reader.read("HEAD:a.txt") == b"a\n"


def test_a_path_with_a_newline_is_found(repo: Repo) -> None:
    with ObjectReader(repo) as reader:
        assert reader.read("HEAD:new\nline/x\ny") == b"odd"
        assert reader.read("HEAD:new\nline/none") is None


def test_a_tree_lists_modes_and_names_in_order(repo: Repo) -> None:
    (repo.work_tree / "run.sh").write_text("")
    (repo.work_tree / "run.sh").chmod(0o755)
    (repo.work_tree / "link").symlink_to("a.txt")
    commit_all(repo.work_tree)
    with ObjectReader(repo) as reader:
        items = {item.name: item.mode for item in reader.tree("HEAD")}
        assert [item.name for item in reader.tree("HEAD:sub")] == ["b.bin"]
    assert items == {
        "a.txt": "100644",
        "empty": "100644",
        "link": "120000",
        "new\nline": "40000",
        "run.sh": "100755",
        "sub": "40000",
    }


def test_a_commit_is_read_whole(repo: Repo) -> None:
    first = git(repo, "rev-parse", "HEAD")
    write_files(repo.work_tree, {"a.txt": "2"})
    second = commit_all(repo.work_tree, "subject é\n\nbody\n")
    run_git(repo.work_tree, "tag", "-m", "annotated", "v1")
    with ObjectReader(repo) as reader:
        commit = reader.commit("v1")
        assert reader.commits([first, "none"]).keys() == {first}
    assert commit is not None
    assert (commit.oid, commit.parents, commit.tree) == (
        second,
        (first,),
        git(repo, "rev-parse", "HEAD^{tree}"),
    )
    assert (commit.author_name, commit.author_email) == ("Ann Example", "ann@example.com")
    assert (commit.author_time, commit.author_zone, commit.time) == (
        FIRST_COMMIT + 60,
        "+0000",
        FIRST_COMMIT + 60,
    )
    assert commit.message == "subject é\n\nbody\n"


def test_signatures_encodings_and_damaged_dates_do_not_disturb_a_commit() -> None:
    raw = (
        b"tree 1234\nparent 1\nparent 2\nauthor J\xfcrg <j@x> 99 +0130\ncommitter C <c@x> soon\n"
        b"gpgsig -----BEGIN\n \n author fake <f@x> 1 +0000\n -----END\nencoding ISO-8859-1\n\nGr\xfc\xdfe\n"
    )
    commit = parse_commit("abc", raw)
    assert (commit.author_name, commit.author_time, commit.author_zone) == ("J\u00fcrg", 99, "+0130")
    assert (commit.parents, commit.time, commit.message) == (("1", "2"), 0, "Gr\u00fc\u00dfe\n")


def test_a_written_commit_has_the_users_name_and_the_exact_message(repo: Repo) -> None:
    run_git(repo.work_tree, "config", "i18n.commitEncoding", "ISO-8859-1")
    head, tree = git(repo, "rev-parse", "HEAD"), git(repo, "rev-parse", "HEAD^{tree}")
    oid = write_commit(repo, tree, [head], "lr=0.1 → 0.2\n\n# not a comment\n")
    with ObjectReader(repo) as reader:
        commit = reader.commit(oid)
    assert commit is not None
    assert (commit.tree, commit.parents, commit.author_name) == (tree, (head,), "Ann Example")
    assert commit.message == "lr=0.1 → 0.2\n\n# not a comment\n"
    assert git(repo, "rev-parse", "HEAD") == head


SIGNER = """#!{python}
import sys
sys.stdin.read()
sys.stderr.write("[GNUPG:] SIG_CREATED \\n")
print("-----BEGIN PGP SIGNATURE-----\\n\\nours\\n-----END PGP SIGNATURE-----")
"""


@pytest.mark.parametrize("wanted", [True, False])
def test_commits_are_signed_when_the_user_signs_commits(repo: Repo, tmp_path: Path, wanted: bool) -> None:
    signer = tmp_path / "signer"
    signer.write_text(SIGNER.format(python=sys.executable))
    signer.chmod(0o755)
    run_git(repo.work_tree, "config", "gpg.program", str(signer))
    run_git(repo.work_tree, "config", "commit.gpgSign", "yes" if wanted else "no")
    oid = write_commit(repo, git(repo, "rev-parse", "HEAD^{tree}"), [], "m\n")
    assert ("PGP SIGNATURE" in git(repo, "cat-file", "commit", oid)) == wanted


def test_a_signer_that_fails_is_an_error(repo: Repo) -> None:
    run_git(repo.work_tree, "config", "gpg.program", "false")
    run_git(repo.work_tree, "config", "commit.gpgSign", "true")
    with pytest.raises(ExpError, match="commit-tree failed.*sign"):
        write_commit(repo, git(repo, "rev-parse", "HEAD^{tree}"), [], "m\n")


def test_a_reader_whose_process_was_killed_asks_another(repo: Repo) -> None:
    with ObjectReader(repo) as reader:
        before = reader.commit("HEAD")
        assert reader._process is not None
        reader._process.kill()
        reader._process.wait()
        assert reader.commit("HEAD") == before
        assert reader._process is not None
        reader._process.kill()
        reader._process.wait()  # and leaving the `with` is no error
