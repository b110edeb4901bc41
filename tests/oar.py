"""A real OAR on this machine, in a folder of its own: its daemon, its database, a node with a few resources.

Needs root and Debian's oar-server-pgsql, oar-user-pgsql and PostgreSQL; `no_oar` says what is missing.
Debian's commands read /etc/oar/oar.conf, whatever they are told: what is behind them is run here, all of it
as root. The node is this machine, so `ssh NODE COMMAND` is the command.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.servers import free_port
from tests.slurm import kill_tree, wait_until

_LIBRARY = Path("/usr/lib/oar")
_PROGRAMS = ("Almighty", "oarsub", "oarstat", "oardel", "oarnodesetting", "oaradmissionrules")
_NODE = "127.0.0.1"
_RESOURCES = 4
_NO_ROOT = 2  # the rule by which root may not submit

_SETTINGS = {  # of the configuration that Debian brings
    "DB_PORT": "{database}",
    "DB_BASE_PASSWD": "one",
    "DB_BASE_PASSWD_RO": "two",
    "SERVER_PORT": "{server}",
    "LOG_FILE": "{folder}/oar.log",
    "OAR_RUNTIME_DIRECTORY": "{folder}/run",
    "OPENSSH_CMD": "{folder}/bin/here",
    "FINAUD_FREQUENCY": "0",
    "SCHEDULER_JOB_SECURITY_TIME": "1",
}
_WITHOUT = ("JOB_RESOURCE_MANAGER_PROPERTY_DB_FIELD",)
_COMMAND = """\
#!/bin/sh
export OARDIR={library} OARCONFFILE={folder}/oar.conf HOME={folder}/run
export OARDO_USER=root OARDO_UID=0 OARUSER=root
export PATH={folder}/bin:/usr/bin:/bin:/usr/sbin:/sbin
exec {library}/{name} "$@"
"""
_HERE = """\
#!/bin/sh
while [ "${1#-}" != "$1" ]; do shift; done
shift
exec sh -c "$*"
"""


def no_oar() -> str | None:
    """Why there can be no OAR here; None when there can."""
    if os.geteuid() != 0:
        return "an OAR of one's own needs root"
    missing = [name for name in _PROGRAMS if not (_LIBRARY / name).exists()]
    missing += [] if _postgres() else ["postgres"]
    packages = "oar-server-pgsql oar-user-pgsql postgresql"
    return f"no {', '.join(missing)}: apt-get install {packages}" if missing else None


def _postgres() -> Path | None:
    """The folder of PostgreSQL's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return found[-1].parent if found else None


@dataclass(frozen=True)
class Oar:
    """An OAR that runs; `folder` holds all of it."""

    folder: Path
    database: int  # ports
    server: int

    def environment_for(self, patch: pytest.MonkeyPatch) -> None:
        """Let commands of the test speak to it."""
        patch.setenv("PATH", f"{self.folder}/bin{os.pathsep}{os.environ['PATH']}")

    def run(self, command: str, *words: str, check: bool = True) -> str:
        """The output of a command of OAR."""
        name = str(self.folder / "bin" / command)
        done = subprocess.run([name, *words], check=False, capture_output=True, text=True)
        assert not check or done.returncode == 0, f"{command} {words}: {done.stderr}{done.stdout}"
        return done.stdout

    def jobs(self) -> dict[str, tuple[str, str]]:
        """Id -> name and state ('Waiting', 'Running', …) of the jobs that wait or run."""
        said = self.run("oarstat", "-J")
        told = json.loads(said) if said.strip() else {}
        return {job: (str(its["name"]), str(its["state"])) for job, its in told.items()}

    def named(self, name: str) -> list[str]:
        """The ids of the jobs of a name."""
        return [job for job, (its, _) in self.jobs().items() if its == name]

    @contextmanager
    def without_database(self) -> Iterator[None]:
        """It can't be asked for a while."""
        _as_postgres("pg_ctl", "-D", str(self.folder / "db"), "-m", "immediate", "stop")
        try:
            yield
        finally:
            self.start_database()

    def start_database(self) -> None:
        folder = self.folder / "db"
        options = f"-p {self.database} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        _as_postgres(
            *("pg_ctl", "-D", str(folder), "-l", str(folder / "log"), "-w"),
            *("-o", f"{options} -c fsync=off", "start"),
        )

    def clear(self) -> None:
        """No jobs any more."""
        for job in self.jobs():
            self.run("oardel", job, check=False)
        wait_until(lambda: not self.jobs(), "a job does not go", seconds=60)

    def stop(self) -> None:
        with suppress(OSError, ValueError):
            kill_tree(int((self.folder / "Almighty.pid").read_text()))
        for file in (self.folder / "run").glob("pid_of_oarexec*"):
            with suppress(OSError, ValueError):
                kill_tree(int(file.read_text()))
        with suppress(OSError, ValueError):
            os.kill(int((self.folder / "db" / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)


def start_oar() -> Oar:
    """Start an OAR; skips the test when that can't be.

    Its folder is not the test's own: another user, as whom alone PostgreSQL runs, must reach it.
    """
    reason = no_oar()
    if reason is not None:
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="oar-"))
    folder.chmod(0o755)
    oar = Oar(folder, free_port(), free_port())
    try:
        _lay_down(oar)
        log = (folder / "out").open("w")
        almighty = subprocess.Popen(
            [folder / "bin" / "Almighty"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        (folder / "Almighty.pid").write_text(str(almighty.pid))
        oar.run("oaradmissionrules", "--delete", str(_NO_ROOT))
        for _ in range(_RESOURCES):
            oar.run("oarnodesetting", "-a", "-h", _NODE)
    except (AssertionError, OSError, subprocess.CalledProcessError) as error:
        said = (folder / "out").read_text()[-500:] if (folder / "out").exists() else ""
        output = getattr(error, "stdout", "") or ""
        oar.stop()
        pytest.skip(f"OAR does not come up here: {error} {output}{said}")
    return oar


def _lay_down(oar: Oar) -> None:
    folder = oar.folder
    for name in ("bin", "run", "db"):
        (folder / name).mkdir()
    places = {"folder": folder, "database": oar.database, "server": oar.server, "library": _LIBRARY}
    for name in _PROGRAMS:
        _script(folder / "bin" / name, _COMMAND.format(name=name, **places))
    _script(folder / "bin" / "here", _HERE)
    _script(folder / "bin" / "oardodo", '#!/bin/sh\nexec "$@"\n')
    lines = Path("/etc/oar/oar.conf").read_text().splitlines()
    kept = [line for line in lines if line.partition("=")[0] not in (*_SETTINGS, *_WITHOUT)]
    ours = [f'{key}="{value.format(**places)}"' for key, value in _SETTINGS.items()]
    (folder / "oar.conf").write_text("\n".join([*kept, *ours]) + "\n")
    shutil.chown(folder / "db", "postgres")
    _as_postgres("initdb", "-D", str(folder / "db"), "-A", "trust", "-N")
    oar.start_database()
    subprocess.run(
        [
            *("/usr/sbin/oar-database", "--create", "-y", f"--conf={folder}/oar.conf"),
            *("--db-admin-user=postgres", "--db-admin-pass=none"),
        ],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _as_postgres(name: str, *words: str) -> None:
    programs = _postgres()
    assert programs is not None
    command = [str(programs / name), *words]
    # Its output goes nowhere: the server that it leaves behind would hold a pipe open.
    subprocess.run(
        command,
        check=True,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user="postgres",
        group="postgres",
        extra_groups=[],
    )


def _script(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)
