"""Run one git process: clean environment, bytes in and out, git's own words as the error.

A process costs 1.5 to 3 ms, so callers use few. Variables that would point git at another repository are
cleared: a hook or an editor of the user may have set them for its own repository.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError

# What `git rev-parse --local-env-vars` lists, less the two that carry `git -c key=value` of the user,
# and the pathspec switches, which would change what our paths mean.
FOREIGN = frozenset(
    {
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_COMMON_DIR",
        "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_NAMESPACE",
        "GIT_PREFIX",
        "GIT_CONFIG",
        "GIT_GRAFT_FILE",
        "GIT_SHALLOW_FILE",
        "GIT_NO_REPLACE_OBJECTS",
        "GIT_REPLACE_REF_BASE",
        "GIT_IMPLICIT_WORK_TREE",
        "GIT_INTERNAL_SUPER_PREFIX",
        "GIT_QUARANTINE_PATH",
        "GIT_LITERAL_PATHSPECS",
        "GIT_GLOB_PATHSPECS",
        "GIT_NOGLOB_PATHSPECS",
        "GIT_ICASE_PATHSPECS",
    }
)


@dataclass(frozen=True, slots=True)
class GitOutput:
    """How a git process ended: exit code, stdout, stderr."""

    code: int
    out: bytes
    err: bytes

    @property
    def text(self) -> str:
        """stdout as text without its last line end."""
        return self.out.decode("utf-8", "surrogateescape").rstrip("\n")

    @property
    def paths(self) -> list[str]:
        """stdout of a command called with -z, as paths."""
        return [os.fsdecode(name) for name in self.out.split(b"\0") if name]

    @property
    def complaint(self) -> str:
        """What git said on stderr, without its 'fatal: ', and without warnings if there is anything else."""
        said = self.err.decode("utf-8", "replace").strip().splitlines()
        lines = [line for line in said if not line.startswith(("warning: ", "hint: "))] or said
        return "\n".join(line.removeprefix("fatal: ").removeprefix("error: ") for line in lines)


def clean_environment(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """`environ` (default: ours) without what would point git at another repository."""
    source = os.environ if environ is None else environ
    return {name: value for name, value in source.items() if name not in FOREIGN}


def run_git(
    cwd: Path,
    *args: str,
    input: bytes | None = None,
    env: Mapping[str, str] | None = None,
    check: bool = True,
    pass_fds: Sequence[int] = (),
) -> GitOutput:
    """Run `git *args` in `cwd` and wait. `env` is added to the cleaned environment; git inherits `pass_fds`.

    Raises ExpError with git's own words when it fails and `check` is set, or when git is not installed.
    """
    try:
        done = subprocess.run(
            ["git", *args],
            cwd=cwd,
            input=input,
            stdin=subprocess.DEVNULL if input is None else None,
            env={**clean_environment(), **(env or {})},
            capture_output=True,
            pass_fds=pass_fds,
            check=False,
        )
    except FileNotFoundError:
        raise missing(cwd) from None
    output = GitOutput(done.returncode, done.stdout, done.stderr)
    if check and output.code != 0:
        raise failed(args, output)
    return output


def missing(cwd: Path) -> ExpError:
    """The error for a process that could not start: its folder or git itself is not there."""
    if not cwd.is_dir():
        return ExpError(f"the folder {cwd} does not exist.")
    return ExpError("git is not installed, or not on PATH.", "install Git 2.25 or later.")


def failed(args: tuple[str, ...], output: GitOutput) -> ExpError:
    """The error for a git process that failed: which command, and what git said."""
    name = next((word for word in args if not word.startswith("-") and "=" not in word), "git")
    return ExpError(f"git {name} failed: {output.complaint or f'exit code {output.code}'}")
