"""Look at what stages will find: the Python on their PATH, its packages, the machine. Next to no cost.

A run of trivial stages takes 40 ms, so no Python is started to ask it what it is: names of `*.dist-info`
folders hold name and version, and a folder that has not changed since the last look is not listed again.
What only the interpreter itself knows (its version, where it looks for packages) is asked once, and kept in
.git/gitexp/cache/interpreters.json for as long as the program is the same file.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import gitexp
from gitexp.atomic import write_atomic
from gitexp.content import encoded
from gitexp.dataclass import dataclass
from gitexp.experiment.environment.gpus import GpuState, find_gpus
from gitexp.experiment.environment.packages import conda_packages, folder_stamp, packages_in
from gitexp.experiment.environment.record import Environment, Interpreter
from gitexp.git.command import clean_environment
from gitexp.project import Project

_ASK = (
    "import sys;i=getattr(sys,'implementation',None);sys.stdout.write('\\0'.join("
    "[i.name if i else 'cpython',sys.version.split()[0],sys.prefix,getattr(sys,'base_prefix',sys.prefix)]"
    "+[p for p in sys.path if p]))"
)
_PATIENCE = 10.0  # seconds; a Python that does not answer within them is not recorded
_RACY = 2.0  # seconds; a folder that changed so lately may change again within the clock's grain
_KEPT = 32  # interpreters that are remembered
_STDLIB = re.compile(r"python\d[\d.]*|lib-dynload|.*\.zip")
# What makes one and the same script (a shim of pyenv, asdf or mise) start another Python.
_CHOICES = (".python-version", ".tool-versions", "mise.toml", ".mise.toml")
_VARIABLES = ("PYENV_VERSION", "ASDF_PYTHON_VERSION", "PYTHONHOME", "PYTHONNOUSERSITE", "PYTHONUSERBASE")


@dataclass(frozen=True, slots=True)
class _Answer:
    """What an interpreter said of itself: `folders` are those of sys.path that may hold packages."""

    implementation: str
    version: str
    prefix: str
    base_prefix: str
    folders: tuple[str, ...]


class EnvironmentProbe:
    """Tells the environment as it is now, again and again. For any thread."""

    def __init__(self, project: Project, environ: Mapping[str, str] | None = None) -> None:
        self._root = project.root
        self._cache = project.repo.state_dir / "cache" / "interpreters.json"
        self._environ = dict(os.environ if environ is None else environ)
        self._lock = threading.Lock()
        self._answers: dict[str, _Answer | None] = {}
        self._seen: tuple[object, Environment] | None = None
        self._gpus: GpuState | None = None

    def now(self) -> Environment:
        """The environment at this moment. Nothing is raised for what can't be found out: it is left out."""
        with self._lock:
            program = self._program()
            answer = self._answer(program) if program else None
            folders = [*self._python_path(), *(answer.folders if answer else ())]
            conda = os.path.join(answer.prefix, "conda-meta") if answer else None
            stamps = [folder_stamp(folder) for folder in (*folders, *([conda] if conda else []))]
            key = (program, answer, tuple(folders), tuple(stamps))
            if self._seen is not None and self._seen[0] == key:
                return self._seen[1]
            environment = self._look(program, answer, folders, conda)
            newest = max((stamp or 0 for stamp in stamps), default=0)
            self._seen = None if time.time_ns() - newest < _RACY * 1e9 else (key, environment)
            return environment

    def _look(
        self, program: str | None, answer: _Answer | None, folders: list[str], conda: str | None
    ) -> Environment:
        if self._gpus is None:
            self._gpus = find_gpus(self._environ)
        return Environment(
            os=_os_name(),
            machine=os.uname().machine,
            cpus=os.cpu_count() or 0,
            gpus=self._gpus.names,
            driver=self._gpus.driver,
            python=_interpreter(program, answer, self._environ) if program and answer else None,
            packages=packages_in(folders),
            conda=conda_packages(conda) if conda else {},
            gitexp=gitexp.__version__,
        )

    def _program(self) -> str | None:
        path = self._environ.get("PATH", os.defpath)
        return shutil.which("python", path=path) or shutil.which("python3", path=path)

    def _python_path(self) -> list[str]:
        """Folders of $PYTHONPATH: modules of clusters put packages there."""
        named = self._environ.get("PYTHONPATH", "").split(os.pathsep)
        return [folder for folder in named if os.path.isabs(folder)]

    def _answer(self, program: str) -> _Answer | None:
        key = self._key(program)
        if key not in self._answers:
            known = self._remembered()
            answer = _answer_of(known.get(key))
            if answer is None:
                answer = _ask(program, self._root, self._environ)
                if answer is not None:
                    self._remember(known, key, answer)
            self._answers[key] = answer
        return self._answers[key]

    def _key(self, program: str) -> str:
        """Changes when the program might answer otherwise."""
        files = [program, os.path.realpath(program), os.path.join(os.path.dirname(program), "../pyvenv.cfg")]
        parts = [repr(_identity(file)) for file in files] + files
        parts += [repr(self._environ.get(name)) for name in _VARIABLES]
        if _is_script(files[1]):
            parts += [repr(_content(self._root / name)) for name in _CHOICES]
            parts.append(repr(_content(Path(self._environ.get("HOME", "/")) / ".pyenv/version")))
        return hashlib.sha256(encoded("\0".join(parts))).hexdigest()

    def _remembered(self) -> dict[str, object]:
        try:
            data = json.loads(self._cache.read_bytes())
        except (OSError, ValueError):
            return {}
        return data if isinstance(data, dict) else {}

    def _remember(self, known: dict[str, object], key: str, answer: _Answer) -> None:
        value = [answer.implementation, answer.version, answer.prefix, answer.base_prefix, *answer.folders]
        kept = dict([*known.items(), (key, value)][-_KEPT:])
        with suppress(OSError):  # a cache: the next process asks again
            write_atomic(self._cache, json.dumps(kept).encode())


def _ask(program: str, root: Path, environ: Mapping[str, str]) -> _Answer | None:
    """Start the interpreter as a stage would, but for $PYTHONPATH, which is looked at by itself."""
    env = {name: value for name, value in clean_environment(environ).items() if name != "PYTHONPATH"}
    try:
        done = subprocess.run(
            [program, "-c", _ASK],
            cwd=root,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return _answer_of(os.fsdecode(done.stdout).split("\0")) if done.returncode == 0 else None


def _answer_of(words: object) -> _Answer | None:
    if not isinstance(words, list) or len(words) < 4 or not all(isinstance(word, str) for word in words):
        return None
    folders = [word for word in words[4:] if not _STDLIB.fullmatch(os.path.basename(word))]
    return _Answer(words[0], words[1], words[2], words[3], tuple(folders))


def _interpreter(program: str, answer: _Answer, environ: Mapping[str, str]) -> Interpreter:
    home = environ.get("HOME", "").rstrip("/")
    inside = home and program.startswith(f"{home}/")
    path = f"~{program.removeprefix(home)}" if inside else program
    return Interpreter(path, answer.version, answer.implementation, _kind(answer))


def _kind(answer: _Answer) -> str:
    if os.path.isdir(os.path.join(answer.prefix, "conda-meta")):
        return "conda"
    if answer.prefix == answer.base_prefix:
        return "system"
    said = _content(Path(answer.prefix) / "pyvenv.cfg") or ""
    made_by = re.search(r"^(uv|virtualenv) *=", said, re.MULTILINE)
    return made_by[1] if made_by else "venv"


def _os_name() -> str:
    """'Debian GNU/Linux 12 (bookworm)', or what the system calls itself."""
    said = _content(Path("/etc/os-release")) or ""
    pretty = re.search(r'^PRETTY_NAME="?([^"\n]+)', said, re.MULTILINE)
    return pretty[1] if pretty else f"{os.uname().sysname} {os.uname().release}"


def _identity(file: str) -> tuple[int, int, int] | None:
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _is_script(file: str) -> bool:
    try:
        with open(file, "rb") as opened:
            return opened.read(2) == b"#!"
    except OSError:
        return False


def _content(path: Path) -> str | None:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return None
