"""A repository from an enemy: an experiment and refs that try to write, read or run what they should not."""

from __future__ import annotations

import hashlib
import os
import pickle
from pathlib import Path

from tests.programs import git
from tests.repos import DVC_GITIGNORE, commit_all, make_repo, write_files

PAYLOAD = b"owned\n"
MD5 = hashlib.md5(PAYLOAD).hexdigest()
NAME = "gift"
ODD_NAMES = (
    "-rf",
    "--upload-pack=x",
    "$(touch${IFS}owned)",
    "a;b",
    "\u202eevil",
    "\u009b31m",
    "%s%n",
    "HEAD",
    "workspace",
)
STRAY_REFS = ("refs/exps/weird", "refs/exps/foo/bar/baz/qux", "refs/exps/exec/EXEC_HEAD", "refs/exps/stash")


class Bomb:
    """Unpickling it makes the file `owned` in the current folder."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch owned",)


def bomb_of_aliases(levels: int = 40) -> str:
    """YAML of a few hundred bytes that unfolds to 9 to the power of `levels` values."""
    lines = ["a0: &a0 [x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(lines) + "\n"


def outs_to(*paths: str) -> tuple[str, str]:
    """A dvc.yaml and its dvc.lock whose outs are `paths`, each recorded as PAYLOAD."""
    stage = "stages:\n  s:\n    cmd: touch owned\n    outs:\n"
    manifest = stage + "".join(f'    - "{path}"\n' for path in paths)
    facts = f"      hash: md5\n      md5: {MD5}\n      size: {len(PAYLOAD)}\n"
    lock = f"schema: '2.0'\n{stage}" + "".join(f'    - path: "{path}"\n{facts}' for path in paths)
    return manifest, lock


def make_hostile(path: Path, outside: Path) -> Path:
    """The repository at `path`; `outside` is a folder that nobody may touch. HEAD is harmless.

    The cache holds PAYLOAD, as if it had been pulled.
    """
    make_repo(path, {".dvc/config": "", ".dvc/.gitignore": DVC_GITIGNORE, "params.yaml": "lr: 1\n"})
    harmless = git(path, "rev-parse", "HEAD")
    manifest, lock = outs_to(
        f"{outside}/absolute", "../outside/up", "link/through", ".git/hooks/post-checkout", "fine.txt"
    )
    write_files(
        path,
        {
            "dvc.yaml": manifest,
            "dvc.lock": lock,
            "params.yaml": bomb_of_aliases(),
            "metrics.json": "[" * 5000,
            "\x1b[31mred\n.txt": "x",
            "secret.dvc": "outs:\n- md5: ../../../../outside/key\n  size: 3\n  hash: md5\n  path: secret\n",
        },
    )
    (path / "link").symlink_to(outside)
    (path / ".dvc/tmp").mkdir(parents=True)
    (path / ".dvc/tmp/repro.dat").write_bytes(pickle.dumps(Bomb()))
    git(path, "add", "-f", ".dvc/tmp/repro.dat")
    commit = commit_all(path, f"\x1b]0;title\x07exp {NAME}")
    git(path, "reset", "-q", "--hard", harmless)
    for name in (NAME, *ODD_NAMES):
        git(path, "update-ref", f"refs/exps/{harmless[:2]}/{harmless[2:]}/{name}", commit)
    for ref in STRAY_REFS:
        git(path, "update-ref", ref, commit)
    stored = path / ".dvc/cache/files/md5" / MD5[:2] / MD5[2:]
    stored.parent.mkdir(parents=True)
    stored.write_bytes(PAYLOAD)
    stored.chmod(0o444)
    return path
