"""Worktrees of the pool: real checkouts, and nothing of one run is left in the next."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitexp.errors import ExpError
from gitexp.git.command import run_git
from gitexp.git.repo import Repo, find_repo
from gitexp.git.snapshot import take_snapshot
from gitexp.git.worktree import Worktree, WorktreePool, untracked, write_tree
from tests.repos import commit_all, make_repo, write_files

FILES = {"a.txt": "a\n", "run.sh": "#!/bin/sh\n", "src/deep/mod.py": "x = 1\n", ".gitignore": "*.log\n/out\n"}


@pytest.fixture
def repo(work: Path) -> Repo:
    make_repo(work, FILES)
    (work / "run.sh").chmod(0o755)
    commit_all(work)
    return find_repo(work)


def git(path: Path, *args: str) -> str:
    return run_git(path, *args).text


def head(repo: Repo) -> str:
    return git(repo.work_tree, "rev-parse", "HEAD")


def lend(pool: WorktreePool, repo: Repo) -> Worktree:
    return pool.acquire(head(repo), take_snapshot(repo, 1 << 20).tree)


def listing(root: Path) -> dict[str, tuple[int, bytes]]:
    """Every path under `root` -> its mode and content (a link's target, nothing for a folder)."""
    found = {".": (root.stat().st_mode, b"")}
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = Path(folder, name)
            mode = path.lstat().st_mode
            body = os.fsencode(os.readlink(path)) if stat.S_ISLNK(mode) else b""
            if stat.S_ISREG(mode):
                body = path.read_bytes()
            found[str(path.relative_to(root))] = (mode, body)
    return found


def test_it_is_a_checkout_of_the_snapshot_with_head_at_the_baseline(repo: Repo) -> None:
    write_files(repo.work_tree, {"a.txt": "changed\n", "new": "n"})
    worktree = lend(WorktreePool(repo), repo)
    assert worktree.path.parent == repo.common_dir / "gitexp/worktrees"
    assert git(worktree.path, "rev-parse", "HEAD") == head(repo)
    assert git(worktree.path, "rev-parse", "--show-toplevel") == str(worktree.path)
    assert git(worktree.path, "status", "--porcelain") == "M  a.txt\nA  new"
    assert run_git(worktree.path, "symbolic-ref", "-q", "HEAD", check=False).code == 1
    assert (worktree.path / "run.sh").stat().st_mode & 0o777 == 0o755


def test_the_users_checkout_index_branch_and_stash_are_untouched(repo: Repo) -> None:
    write_files(repo.work_tree, {"a.txt": "changed\n"})
    before = listing(repo.work_tree)
    pool = WorktreePool(repo)
    worktree = lend(pool, repo)
    write_files(worktree.path, {"a.txt": "run\n", "out/x": "x"})
    write_tree(worktree, ["out/x"])
    pool.release(worktree)
    after = {
        name: entry
        for name, entry in listing(repo.work_tree).items()
        if not name.startswith((".git/gitexp", ".git/worktrees", ".git/objects"))
    }
    assert after == {name: entry for name, entry in before.items() if not name.startswith(".git/objects")}


def harm_files(root: Path) -> None:
    (root / "a.txt").write_text("b\n")  # same size, same second
    (root / "src/deep/mod.py").unlink()
    (root / "run.sh").chmod(0o644)


def harm_modes(root: Path) -> None:
    (root / "a.txt").chmod(0o400)
    (root / "run.sh").chmod(0o777)
    (root / "src/deep").chmod(0o555)
    (root / "src").chmod(0o700)
    root.chmod(0o777)


def harm_ignored(root: Path) -> None:
    write_files(root, {"x.log": "l", "out/deep/x": "o", "src/.cache/y.log": "y", "new": "n"})
    (root / "empty/er").mkdir(parents=True)


def harm_read_only(root: Path) -> None:
    write_files(root, {"ro/deep/x": "x"})
    (root / "ro/deep/x").chmod(0o400)
    (root / "ro/deep").chmod(0o500)
    (root / "ro").chmod(0o500)


def harm_types(root: Path) -> None:
    (root / "a.txt").unlink()
    write_files(root, {"a.txt/inside": "a folder now"})
    shutil.rmtree(root / "src")
    (root / "src").symlink_to("/")
    os.mkfifo(root / "fifo")


def harm_moves(root: Path) -> None:
    (root / "src").rename(root / "moved")  # the files inside keep their ctime
    (root / "a.txt").rename(root / "b.txt")


def harm_nested(root: Path) -> None:
    make_repo(root / "nested", {"lib.py": "x"})
    make_repo(root / "src/deep/nested", {"lib.py": "x"})


def harm_git(root: Path) -> None:
    write_files(root, {"committed": "c", "staged.log": "s"})
    git(root, "add", "-f", "committed", "staged.log")
    git(root, "commit", "-qm", "by the stage")
    git(root, "checkout", "-qb", "stage-branch")
    git(root, "update-index", "--assume-unchanged", "a.txt")
    git(root, "update-index", "--skip-worktree", "run.sh")
    write_files(root, {"a.txt": "hidden\n", "run.sh": "hidden\n"})
    admin = Path(git(root, "rev-parse", "--absolute-git-dir"))
    (admin / "index.lock").write_text("")


def harm_operations(root: Path) -> None:
    admin = Path(git(root, "rev-parse", "--absolute-git-dir"))
    (admin / "MERGE_HEAD").write_text(git(root, "rev-parse", "HEAD") + "\n")
    (admin / "rebase-merge").mkdir()
    git(root, "update-ref", "refs/worktree/mine", "HEAD")


def harm_index(root: Path) -> None:
    (Path(git(root, "rev-parse", "--absolute-git-dir")) / "index").write_bytes(b"garbage")


def harm_git_file(root: Path) -> None:
    (root / ".git").unlink()
    make_repo(root)
    write_files(root, {"a.txt": "other\n"})


def harm_times(root: Path) -> None:
    status = (root / "a.txt").stat()
    (root / "a.txt").write_text("b\n")
    os.utime(root / "a.txt", ns=(status.st_atime_ns, status.st_mtime_ns))


def harm_links(root: Path) -> None:
    outside = root.parent / "cached"
    outside.write_text("c\n")
    (root / "a.txt").unlink()
    os.link(outside, root / "a.txt")
    (root / "src/deep/link").symlink_to(outside)


HARMS = [value for name, value in sorted(globals().items()) if name.startswith("harm_")]


@pytest.mark.parametrize("harm", HARMS, ids=lambda harm: harm.__name__)
def test_nothing_leaks_from_one_run_into_the_next(repo: Repo, harm: object) -> None:
    assert callable(harm)
    pool = WorktreePool(repo)
    first = lend(pool, repo)
    clean = listing(first.path)
    harm(first.path)
    pool.release(first)
    second = lend(pool, repo)
    assert second.path == first.path
    assert listing(second.path) == clean
    assert git(second.path, "status", "--porcelain", "--ignored") == ""
    assert git(second.path, "rev-parse", "HEAD") == head(repo)
    left = {path.name for path in second.git_dir.iterdir()}
    assert left - {"logs", "ORIG_HEAD"} == {"HEAD", "commondir", "gitdir", "index", "locked"}
    assert write_tree(second) == git(repo.work_tree, "rev-parse", "HEAD^{tree}")


def test_nothing_leaks_when_the_next_tree_is_another(repo: Repo) -> None:
    pool = WorktreePool(repo)
    first = lend(pool, repo)
    write_files(
        first.path,
        {"src/deep/mod.py": "x = 2\n", "src/deep/extra": "e", "only/here": "h", "later": "in the way"},
    )
    git(first.path, "add", "only/here")
    pool.release(first)
    shutil.rmtree(repo.work_tree / "src")
    write_files(repo.work_tree, {"later/file": "f"})
    second = lend(pool, repo)
    assert sorted(listing(second.path)) == [
        ".",
        ".git",
        ".gitignore",
        "a.txt",
        "later",
        "later/file",
        "run.sh",
    ]


def test_a_released_worktree_gives_its_disk_space_back(repo: Repo) -> None:
    pool = WorktreePool(repo)
    worktree = lend(pool, repo)
    write_files(worktree.path, {"out/model.bin": "m" * 1000})
    pool.release(worktree)
    assert not (worktree.path / "out").exists()


def test_untouched_files_are_not_written_again(repo: Repo) -> None:
    pool = WorktreePool(repo)
    worktree = lend(pool, repo)
    os.utime(worktree.path.parent / "001.slot/tracked", ns=(2**62, 2**62))  # long after the checkout
    inode = (worktree.path / "src/deep/mod.py").stat().st_ino
    pool.release(worktree)
    assert (lend(pool, repo).path / "src/deep/mod.py").stat().st_ino == inode


def test_lent_worktrees_are_different_and_free_ones_are_used_again(repo: Repo) -> None:
    pool = WorktreePool(repo)
    first, second = lend(pool, repo), lend(WorktreePool(repo), repo)
    assert [first.id, second.id] == ["001", "002"]
    pool.release(first)
    assert lend(pool, repo).id == "001"


def test_a_bad_tree_is_an_error_and_the_place_stays_usable(repo: Repo) -> None:
    pool = WorktreePool(repo)
    with pytest.raises(ExpError, match="read-tree"):
        pool.acquire(head(repo), "0" * 39 + "1")
    assert lend(pool, repo).id == "001"


def test_a_pool_survives_that_the_repository_moves(repo: Repo, tmp_path: Path) -> None:
    pool = WorktreePool(repo)
    pool.release(lend(pool, repo))
    shutil.copytree(repo.work_tree, tmp_path / "copy", symlinks=True)
    moved = find_repo(tmp_path / "copy")
    write_files(moved.work_tree, {"a.txt": "copy\n"})
    worktree = lend(WorktreePool(moved), moved)
    assert git(worktree.path, "rev-parse", "--show-toplevel") == str(worktree.path)
    assert (worktree.path / "a.txt").read_text() == "copy\n"
    again = lend(pool, repo)
    assert (again.path / "a.txt").read_text() == "a\n"
    assert git(again.path, "rev-parse", "--git-common-dir") == str(repo.common_dir)


def test_a_worktree_that_was_deleted_by_hand_is_made_anew(repo: Repo) -> None:
    pool = WorktreePool(repo)
    pool.release(lend(pool, repo))
    shutil.rmtree(repo.common_dir / "gitexp/worktrees/001")
    assert (lend(pool, repo).path / "a.txt").read_text() == "a\n"
    shutil.rmtree(repo.common_dir / "worktrees")
    assert (lend(pool, repo).path / "a.txt").read_text() == "a\n"


def test_prune_and_gc_leave_the_pool_and_its_objects_alone(repo: Repo) -> None:
    write_files(repo.work_tree, {"new": "only in the snapshot\n"})
    worktree = lend(WorktreePool(repo), repo)
    blob = git(worktree.path, "rev-parse", ":new")
    git(repo.work_tree, "worktree", "prune", "--expire=now")
    git(repo.work_tree, "gc", "-q", "--prune=now")
    assert git(worktree.path, "cat-file", "-t", blob) == "blob"
    assert git(worktree.path, "status", "--porcelain") == "A  new"


def test_hooks_of_the_user_do_not_run(repo: Repo) -> None:
    for hook in ("post-checkout", "post-index-change", "pre-commit"):
        path = repo.common_dir / "hooks" / hook
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\ntouch {repo.work_tree}/{hook}-ran\n")
        path.chmod(0o755)
    pool = WorktreePool(repo)
    for _ in range(2):
        worktree = lend(pool, repo)
        write_tree(worktree)
        pool.release(worktree)
    assert list(repo.work_tree.glob("*-ran")) == []


def test_a_changed_sparse_checkout_is_followed(repo: Repo) -> None:
    pool = WorktreePool(repo)
    pool.release(lend(pool, repo))
    git(repo.work_tree, "sparse-checkout", "set", "--no-cone", "/*", "!/src")
    worktree = lend(pool, repo)
    assert not (worktree.path / "src").exists()
    assert write_tree(worktree) == git(repo.work_tree, "rev-parse", "HEAD^{tree}")
    pool.release(worktree)
    git(repo.work_tree, "sparse-checkout", "disable")
    assert (lend(pool, repo).path / "src/deep/mod.py").exists()


def test_write_tree_takes_tracked_changes_and_what_is_named(repo: Repo) -> None:
    worktree = lend(WorktreePool(repo), repo)
    write_files(worktree.path, {"a.txt": "run\n", "m.log": "ignored, named", "out/x": "x", "scratch": "s"})
    (worktree.path / "run.sh").unlink()
    tree = write_tree(worktree, ["m.log", "not-there", "out"])
    names = git(repo.work_tree, "ls-tree", "-r", "--name-only", tree).splitlines()
    assert names == [".gitignore", "a.txt", "m.log", "out/x", "src/deep/mod.py"]
    assert git(repo.work_tree, "cat-file", "blob", f"{tree}:a.txt") == "run"
    assert untracked(worktree) == ["scratch"]


def test_a_change_in_the_second_of_the_checkout_is_seen_whoever_wrote_the_index_since(repo: Repo) -> None:
    pool = WorktreePool(repo)
    for _ in range(50):  # until the change comes soon enough
        worktree = lend(pool, repo)
        checked_out = (worktree.path / "a.txt").stat()
        (worktree.path / "a.txt").write_text("b\n")
        changed = (worktree.path / "a.txt").stat()
        os.utime(worktree.git_dir / "index", (changed.st_mtime + 60, changed.st_mtime + 60))
        assert git(repo.work_tree, "show", f"{write_tree(worktree)}:a.txt") == "b"
        pool.release(worktree)
        if int(checked_out.st_ctime) == int(changed.st_ctime):
            return
    pytest.skip("this machine is too slow to change a file within a second")


def test_write_tree_survives_what_a_stage_did_to_git(repo: Repo) -> None:
    worktree = lend(WorktreePool(repo), repo)
    (worktree.git_dir / "index.lock").write_text("")
    (worktree.path / ".git").unlink()
    write_files(worktree.path, {"a.txt": "run\n"})
    assert git(repo.work_tree, "cat-file", "blob", f"{write_tree(worktree)}:a.txt") == "run"


KILLED = """
import os, signal, sys
from pathlib import Path
from gitexp.git.repo import find_repo
from gitexp.git.worktree import WorktreePool
repo = find_repo(Path.cwd())
worktree = WorktreePool(repo).acquire(sys.argv[1], sys.argv[1] + "^{tree}")
(worktree.path / "half.log").write_text("half")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_left_is_swept(repo: Repo) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, head(repo)], cwd=repo.work_tree, check=False)
    assert done.returncode == -9
    left = repo.common_dir / "gitexp/worktrees/001/half.log"
    assert left.exists()
    assert WorktreePool(repo).sweep() == 1
    assert not left.exists()
    assert WorktreePool(repo).sweep() == 0


def test_what_a_killed_process_left_does_not_leak(repo: Repo) -> None:
    subprocess.run([sys.executable, "-c", KILLED, head(repo)], cwd=repo.work_tree, check=False)
    worktree = lend(WorktreePool(repo), repo)
    assert worktree.id == "001"
    assert not (worktree.path / "half.log").exists()


def test_sweep_leaves_worktrees_in_use_alone(repo: Repo) -> None:
    worktree = lend(WorktreePool(repo), repo)
    write_files(worktree.path, {"running.log": "r"})
    assert WorktreePool(repo).sweep() == 0
    assert (worktree.path / "running.log").exists()


def test_sweep_gives_up_what_nobody_used_for_weeks(repo: Repo) -> None:
    pool = WorktreePool(repo)
    pool.release(lend(pool, repo))
    os.utime(repo.common_dir / "gitexp/worktrees/001.slot/tracked", (1, 1))
    pool.sweep()
    assert not (repo.common_dir / "gitexp/worktrees/001").exists()
    assert not (repo.common_dir / "worktrees/001").exists()
    assert lend(pool, repo).id == "001"


@pytest.fixture
def orphan(repo: Repo) -> Iterator[Worktree]:
    """A worktree whose `exp` died while a command of its stage, which inherited the lock, lives on."""
    pool = WorktreePool(repo)
    worktree = lend(pool, repo)
    child = subprocess.Popen(["sleep", "60"], pass_fds=[worktree.lock])
    os.close(worktree.lock)
    yield worktree
    child.kill()
    child.wait()


def test_a_worktree_is_not_lent_while_an_orphaned_command_uses_it(repo: Repo, orphan: Worktree) -> None:
    assert lend(WorktreePool(repo), repo).id != orphan.id


RACER = """
import sys
from pathlib import Path
from gitexp.git.repo import find_repo
from gitexp.git.worktree import WorktreePool, write_tree
repo = find_repo(Path.cwd())
pool = WorktreePool(repo)
for turn in range(3):
    worktree = pool.acquire(sys.argv[1], sys.argv[1] + "^{tree}")
    assert not (worktree.path / "mine").exists()
    (worktree.path / "mine").write_text(sys.argv[2])
    (worktree.path / "a.txt").write_text(sys.argv[2] * 100)
    tree = write_tree(worktree, ["mine"])
    assert (worktree.path / "mine").read_text() == sys.argv[2]
    pool.release(worktree)
    print(tree)
"""


def test_twenty_processes_at_once_do_not_meet(repo: Repo) -> None:
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, head(repo), str(number)], cwd=repo.work_tree, stdout=subprocess.PIPE
        )
        for number in range(20)
    ]
    trees = [racer.communicate()[0].split() for racer in racers]
    assert [racer.returncode for racer in racers] == [0] * 20
    assert [len(set(own)) for own in trees] == [1] * 20
    assert len({own[0] for own in trees}) == 20
    assert len(list((repo.common_dir / "gitexp/worktrees").glob("*.slot"))) <= 20
