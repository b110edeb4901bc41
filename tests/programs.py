"""The programs that tests start: `exp` as users do, in a process of its own, and git."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gitexp.cli
from tests.forked import Forks, Program, heeded_at_start

EXP = (sys.executable, "-m", "gitexp.cli")
_FORKED = Program(
    python=sys.executable,
    module="gitexp.cli",
    function="entry",
    argv0=str(Path(gitexp.cli.__file__).with_name("__main__.py")),
    first_on_path=None,
    preload=("gitexp.*", "hydra.core.override_parser.overrides_parser", "omegaconf", "pathspec")
    + ("ruamel.yaml", "tomlkit", "tomllib", "tomli"),
    # Extras, which may be missing or cost a second, and what is not a module to import.
    not_preloaded=("gitexp.cli.__main__", "gitexp.cli.ui_session", "gitexp.screen.ui")
    + ("gitexp.experiment.demo_project", "gitexp.queue.engines.dask", "gitexp.cache.remotes.object_"),
)
_forks: dict[Program, Forks] = {}


@dataclass(frozen=True)
class Finished:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Dvc = Callable[..., Finished]  # dvc(cwd, *words): see interop/conftest.py


def start(cwd: Path, argv: tuple[str, ...], env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """The program, running in a process group of its own: a test may kill all of it."""
    return subprocess.Popen(
        argv,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )


def finish(process: subprocess.Popen[str], seconds: float = 120) -> Finished:
    """Wait for what `start` began; killed, and the test failed, after `seconds`."""
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        raise
    return Finished(process.returncode, out, err)


def run(
    program: Program, command: tuple[str, ...], cwd: Path, *words: str, env: Mapping[str, str] | None = None
) -> Finished:
    """`command` with `words` to its end, by a fork of the `program` that it is where that is the same."""
    environ = {**os.environ, **(env or {})}
    if program not in _forks:
        _forks[program] = Forks(program)
    forks = _forks[program]
    if heeded_at_start(environ) != forks.environ:
        return finish(start(cwd, (*command, *words), env))
    return Finished(*forks.call(cwd, words, environ, 120))


def exp(cwd: Path, *words: str, env: Mapping[str, str] | None = None) -> Finished:
    """`exp WORDS` in `cwd`, whatever comes of it."""
    return run(_FORKED, EXP, cwd, *words, env=env)


def exp_ok(cwd: Path, *words: str, env: Mapping[str, str] | None = None) -> str:
    """`exp WORDS` in `cwd`, which must succeed; its stdout."""
    done = exp(cwd, *words, env=env)
    assert done.code == 0, f"exp {' '.join(words)}: {done.code}\n{done.out}\n{done.err}"
    return done.out


def git(cwd: Path, *words: str) -> str:
    """`git WORDS` in `cwd`, which must succeed; its stdout without the last line end."""
    done = subprocess.run(["git", *words], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"git {' '.join(words)}: {done.returncode}\n{done.stderr}"
    return done.stdout.rstrip("\n")


def names(cwd: Path) -> list[str]:
    """The experiments of HEAD."""
    return exp_ok(cwd, "list", "--name-only").split()
