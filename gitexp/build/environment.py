"""What a stage's command sees: the shell, the environment, the lines of its cmd. DVC's rules throughout."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gitexp.git.command import clean_environment

_WITHOUT_RC_FILES = {"bash": ("--noprofile", "--norc"), "zsh": ("--no-rcs",), "fish": ("--no-config",)}


def commands_of(cmd: str | tuple[str, ...]) -> tuple[str, ...]:
    """The commands of a stage, each for a shell of its own.

    A string is split at its line ends, so variables and `cd` don't carry over from line to line; an item of a
    list is one script, whatever it holds. Empty lines do nothing and are left out.
    """
    lines = cmd.splitlines() if isinstance(cmd, str) else cmd
    return tuple(line for line in lines if line.strip())


def shell_argv(command: str, shell: str | None) -> list[str]:
    """How `command` is started: the user's `shell` ($SHELL) without its rc files, or /bin/sh."""
    executable = shell or "/bin/sh"
    return [executable, *_WITHOUT_RC_FILES.get(Path(executable).name, ()), "-c", command]


def stage_environment(stage_name: str, extra: Mapping[str, str]) -> dict[str, str]:
    """Our environment without Git's local variables, with `extra` (DVC_ROOT, DVC_EXP_NAME …) and DVC_STAGE.

    `stage_name` is the stage's address as seen from where the user called. A command must find the repository
    it stands in, not the one that a hook or `git exp` was started from.
    """
    return {**clean_environment(), **extra, "DVC_STAGE": stage_name}
