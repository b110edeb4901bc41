"""What a run found around it: interpreter, packages, machine. A record, its text, and how two differ.

No host name, no variable of the environment and no address goes into a record: it is pushed along with
experiments. The text is JSON with sorted keys, so that the same surroundings are always the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field

from gitexp.dataclass import dataclass
from gitexp.experiment.record import FileValues
from gitexp.pipeline.stage import Value

SCHEMA = 1  # of the text; a reader passes over what it does not know
_LARGEST = 4 << 20  # bytes; a record of somebody else is not to fill the memory


@dataclass(frozen=True, slots=True)
class Interpreter:
    """The Python that stages find first. `kind`: system, venv, virtualenv, uv or conda."""

    path: str  # the user's home is ~
    version: str
    implementation: str = "cpython"
    kind: str = "system"


@dataclass(frozen=True, slots=True)
class Environment:
    """`packages`: distribution, its name normalised -> version. `conda`: package -> version and build."""

    os: str  # 'Debian GNU/Linux 12 (bookworm)'
    machine: str  # 'x86_64'
    cpus: int
    gpus: tuple[str, ...] = ()
    driver: str | None = None  # of the GPUs
    python: Interpreter | None = None  # None where there is no Python at all
    packages: Mapping[str, str] = field(default_factory=dict)
    conda: Mapping[str, str] = field(default_factory=dict)
    gitexp: str = ""


def environment_text(environment: Environment) -> bytes:
    """The record as it is kept."""
    python = environment.python
    data = {
        "schema": SCHEMA,
        "gitexp": environment.gitexp,
        "os": environment.os,
        "machine": environment.machine,
        "cpus": environment.cpus,
        "gpus": list(environment.gpus),
        "driver": environment.driver,
        "python": python
        and {
            "path": python.path,
            "version": python.version,
            "implementation": python.implementation,
            "kind": python.kind,
        },
        "packages": dict(environment.packages),
        "conda": dict(environment.conda),
    }
    return (json.dumps(data, indent=1, sort_keys=True) + "\n").encode()


def parse_environment(text: bytes) -> Environment | None:
    """The record in `text`; None when it is none. Whatever it holds, strings come out as strings."""
    try:
        data = json.loads(text) if len(text) <= _LARGEST else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict):
        return None
    cpus, gpus, python = data.get("cpus"), data.get("gpus"), data.get("python")
    return Environment(
        os=str(data.get("os") or ""),
        machine=str(data.get("machine") or ""),
        cpus=cpus if type(cpus) is int else 0,
        gpus=tuple(map(str, gpus)) if isinstance(gpus, list) else (),
        driver=str(data["driver"]) if data.get("driver") else None,
        python=_interpreter(python) if isinstance(python, dict) else None,
        packages=_texts(data.get("packages")),
        conda=_texts(data.get("conda")),
        gitexp=str(data.get("gitexp") or ""),
    )


def _interpreter(data: Mapping[str, object]) -> Interpreter:
    words = {key: str(data.get(key) or "") for key in ("path", "version", "implementation", "kind")}
    return Interpreter(**words)


def _texts(data: object) -> dict[str, str]:
    return {str(key): str(value) for key, value in data.items()} if isinstance(data, dict) else {}


def environment_values(environment: Environment | None) -> dict[str, FileValues]:
    """The record in the shape of params, so that it is compared as they are: python, machine, packages."""
    if environment is None:
        return {}
    python = environment.python
    interpreter: dict[str, Value] = (
        {}
        if python is None
        else {
            "version": python.version,
            "implementation": python.implementation,
            "kind": python.kind,
            "path": python.path,
        }
    )
    machine: dict[str, Value] = {
        "os": environment.os,
        "machine": environment.machine,
        "cpus": environment.cpus,
        "gpus": ", ".join(environment.gpus) or None,
        "driver": environment.driver,
        "gitexp": environment.gitexp,
    }
    parts: dict[str, dict[str, Value]] = {
        "python": interpreter,
        "machine": {key: value for key, value in machine.items() if value is not None},
        "packages": dict(environment.packages),
        "conda": dict(environment.conda),
    }
    return {name: FileValues(part) for name, part in parts.items() if part}
