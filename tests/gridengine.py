"""A real Grid Engine on this machine, in a folder of its own: a master and one host with a few slots.

Needs root and Debian's gridengine-master, -exec and -client; `no_gridengine` says what is missing. Its queue
is as Grid Engine makes one where nobody says otherwise: jobs go to csh, whatever their first line says.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.slurm import kill_tree, wait_until

_SHARE = Path("/usr/share/gridengine")
_BINARIES = Path("/usr/lib/gridengine")  # without the wrappers, which look into /etc
_PROGRAMS = ("sge_qmaster", "sge_execd", "sge_shepherd", "spooldefaults", "qconf", "qsub", "qstat", "qdel")
_HOST = "localhost"
_SLOTS = 4

_BOOTSTRAP = """\
admin_user none
default_domain none
ignore_fqdn true
spooling_method classic
spooling_lib libspoolc
spooling_params {cell}/common;{folder}/qmaster
binary_path {binaries}
qmaster_spool_dir {folder}/qmaster
security_mode none
listener_threads 2
worker_threads 2
scheduler_threads 1
"""
_SETTINGS = {  # of the configuration that Debian brings
    "execd_spool_dir": "{folder}/execd",
    "min_uid": "0",
    "min_gid": "0",
    "load_report_time": "00:00:01",
    "mailer": "/bin/true",
}
_SCHEDULER = {
    "algorithm": "default",
    "schedule_interval": "0:0:1",
    "maxujobs": "0",
    "queue_sort_method": "load",
    "job_load_adjustments": "NONE",
    "load_adjustment_decay_time": "0:0:0",
    "load_formula": "slots",
    "schedd_job_info": "true",
    "flush_submit_sec": "1",
    "flush_finish_sec": "1",
    "params": "none",
    "reprioritize_interval": "0:0:0",
    "halftime": "168",
    "usage_weight_list": "cpu=1.0,mem=0.0,io=0.0",
    "compensation_factor": "5.0",
    "weight_user": "0.25",
    "weight_project": "0.25",
    "weight_department": "0.25",
    "weight_job": "0.25",
    "weight_tickets_functional": "0",
    "weight_tickets_share": "0",
    "share_override_tickets": "TRUE",
    "share_functional_shares": "TRUE",
    "max_functional_jobs_to_schedule": "200",
    "report_pjob_tickets": "TRUE",
    "max_pending_tasks_per_job": "50",
    "halflife_decay_list": "none",
    "policy_hierarchy": "OFS",
    "weight_ticket": "0.01",
    "weight_waiting_time": "0.0",
    "weight_deadline": "3600000.0",
    "weight_urgency": "0.1",
    "weight_priority": "1.0",
    "max_reservation": "0",
    "default_duration": "INFINITY",
}
_QUEUE = {
    "qname": "all.q",
    "hostlist": "@allhosts",
    "seq_no": "0",
    "load_thresholds": "NONE",
    "suspend_thresholds": "NONE",
    "nsuspend": "1",
    "suspend_interval": "00:05:00",
    "priority": "0",
    "min_cpu_interval": "00:05:00",
    "processors": "UNDEFINED",
    "qtype": "BATCH INTERACTIVE",
    "ckpt_list": "NONE",
    "pe_list": "smp",
    "rerun": "FALSE",
    "slots": str(_SLOTS),
    "tmpdir": "/tmp",
    "shell": "/bin/csh",
    "shell_start_mode": "posix_compliant",
    "notify": "00:00:60",
    "initial_state": "default",
    **dict.fromkeys(("prolog", "epilog", "starter_method", "suspend_method", "resume_method"), "NONE"),
    **dict.fromkeys(("terminate_method", "owner_list", "user_lists", "xuser_lists"), "NONE"),
    **dict.fromkeys(("subordinate_list", "complex_values", "projects", "xprojects", "calendar"), "NONE"),
    **{
        f"{kind}_{limit}": "INFINITY"
        for kind in "sh"
        for limit in ("rt", "cpu", "fsize", "data", "stack", "core", "rss", "vmem")
    },
}
_EXECUTION_HOST = {
    "hostname": _HOST,
    **dict.fromkeys(("load_scaling", "complex_values", "user_lists", "xuser_lists"), "NONE"),
    **dict.fromkeys(("projects", "xprojects", "usage_scaling", "report_variables"), "NONE"),
}


def no_gridengine() -> str | None:
    """Why there can be no Grid Engine here; None when there can."""
    if os.geteuid() != 0:
        return "a Grid Engine of one's own needs root"
    missing = [name for name in _PROGRAMS if not (_BINARIES / name).exists()]
    packages = "gridengine-master gridengine-exec gridengine-client"
    return f"no {', '.join(missing)}: apt-get install {packages}" if missing else None


@dataclass(frozen=True)
class GridEngine:
    """A Grid Engine that runs; `folder` holds all of it."""

    folder: Path
    port: int

    @property
    def env(self) -> dict[str, str]:
        """What its commands have to be told."""
        return {
            "SGE_ROOT": str(self.folder),
            "SGE_CELL": "default",
            "SGE_CLUSTER_NAME": "one",
            "SGE_QMASTER_PORT": str(self.port),
            "SGE_EXECD_PORT": str(self.port + 1),
            "PATH": f"{_BINARIES}{os.pathsep}{os.environ['PATH']}",
        }

    def run(self, *command: str, check: bool = True) -> str:
        """The output of a command of Grid Engine."""
        env = {**os.environ, **self.env}
        name = str(_BINARIES / command[0])
        done = subprocess.run([name, *command[1:]], env=env, check=False, capture_output=True, text=True)
        assert not check or done.returncode == 0, f"{command}: {done.stderr}{done.stdout}"
        return done.stdout

    def jobs(self) -> dict[str, tuple[str, str]]:
        """Id -> name and state ('qw', 'r', …) of the jobs that wait or run."""
        lines = self.run("qstat", "-u", "*").splitlines()[2:]
        words = [line.split() for line in lines]
        return {word[0]: (word[2], word[4]) for word in words}

    def named(self, name: str) -> list[str]:
        """The ids of the jobs of a name, of which Grid Engine shows ten letters."""
        return [job for job, (its, _) in self.jobs().items() if its == name[:10]]

    def shepherd(self, job: str) -> int:
        """The process above all those of a job that runs."""
        return int((self.folder / "execd" / _HOST / "active_jobs" / f"{job}.1" / "pid").read_text())

    def kill_job(self, job: str) -> None:
        """SIGKILL to all that a job has started: as if memory had run out."""
        active = self.folder / "execd" / _HOST / "active_jobs" / f"{job}.1"
        kill_tree(int((active / "job_pid").read_text()))

    def environment_for(self, patch: pytest.MonkeyPatch) -> None:
        """Let commands of the test speak to it."""
        for name, value in self.env.items():
            patch.setenv(name, value)

    @contextmanager
    def without_master(self) -> Iterator[None]:
        """The master is gone for a while: it is started anew afterwards."""
        _kill(self._pid("qmaster/qmaster.pid"))
        try:
            yield
        finally:
            self.start_master()

    def start_master(self) -> None:
        self.run("sge_qmaster")
        # It resets connections in the moment in which it comes up.
        wait_until(
            lambda: bool(self.run("qconf", "-sh", check=False)), "its master does not answer", seconds=30
        )

    def _pid(self, file: str) -> int | None:
        with suppress(OSError, ValueError):
            return int((self.folder / file).read_text())
        return None

    def clear(self) -> None:
        """No jobs any more."""
        if self.jobs():
            self.run("qdel", "-u", "*", check=False)
            wait_until(lambda: not self.jobs(), "a job does not go", seconds=30)

    def stop(self) -> None:
        """SIGKILL to its daemons and all that they have started."""
        for file in ("qmaster/qmaster.pid", f"execd/{_HOST}/execd.pid"):
            pid = self._pid(file)
            if pid is not None:
                kill_tree(pid)


def start_gridengine(folder: Path) -> GridEngine:
    """Start a Grid Engine under `folder`; skips the test when that can't be."""
    reason = no_gridengine()
    if reason is not None:
        pytest.skip(reason)
    engine = GridEngine(folder, _free_ports())
    _lay_down(engine)
    try:
        engine.start_master()
        engine.run("qconf", "-Msconf", str(folder / "scheduler"))
        for flag, file in (("-Ae", "host"), ("-Ahgrp", "hosts"), ("-Ap", "pe"), ("-Aq", "queue")):
            engine.run("qconf", flag, str(folder / file))
        engine.run("qconf", "-as", _HOST)
        engine.run("sge_execd")
        wait_until(lambda: "-NA-" not in engine.run("qstat", "-f"), "its host does not report", seconds=30)
    except AssertionError as error:
        engine.stop()
        messages = folder / "qmaster" / "messages"
        said = messages.read_text()[-500:] if messages.exists() else ""
        pytest.skip(f"Grid Engine does not come up here: {error} {said}")
    return engine


def _lay_down(engine: GridEngine) -> None:
    folder, cell = engine.folder, engine.folder / "default"
    for name in ("default/common", "qmaster/job_scripts", "execd"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "util").symlink_to(_SHARE / "util")
    arch = subprocess.run(
        [_SHARE / "util" / "arch"], check=True, capture_output=True, text=True
    ).stdout.strip()
    for name in ("bin", "utilbin", "lib"):
        (folder / name).mkdir()
        (folder / name / arch).symlink_to(_BINARIES)
    places = {"folder": folder, "cell": cell, "binaries": _BINARIES}
    (cell / "common" / "bootstrap").write_text(_BOOTSTRAP.format(**places))
    (cell / "common" / "act_qmaster").write_text(f"{_HOST}\n")
    # 127.0.0.1 has several names on some machines: all of them are this host.
    (cell / "common" / "host_aliases").write_text(f"{_HOST} {socket.gethostname()}\n")
    lines = [line.split(None, 1) for line in (_SHARE / "default-configuration").read_text().splitlines()]
    config = {key: value for key, value in (line for line in lines if len(line) == 2) if key[0] != "#"}
    config |= {key: value.format(**places) for key, value in _SETTINGS.items()}
    _write(folder / "configuration", config)
    _write(folder / "scheduler", _SCHEDULER)
    _write(folder / "host", _EXECUTION_HOST)
    _write(folder / "hosts", {"group_name": "@allhosts", "hostlist": _HOST})
    _write(folder / "queue", _QUEUE)
    shutil.copy(_SHARE / "util" / "resources" / "pe" / "smp", folder / "pe")
    engine.run("spoolinit", "classic", "libspoolc", f"{cell}/common;{folder}/qmaster", "init")
    engine.run("spooldefaults", "configuration", str(folder / "configuration"))
    engine.run("spooldefaults", "complexes", str(_SHARE / "util" / "resources" / "centry"))
    engine.run("spooldefaults", "usersets", str(_SHARE / "util" / "resources" / "usersets"))
    engine.run("spooldefaults", "managers", "root")


def _write(file: Path, pairs: dict[str, str]) -> None:
    file.write_text("".join(f"{key} {value}\n" for key, value in pairs.items()))


def _kill(pid: int | None) -> None:
    """End a daemon that is not our child, and see it gone. Asked kindly it takes ten seconds."""
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not _is_alive(pid), "a daemon does not end", seconds=30)


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _free_ports() -> int:
    """The first of two ports in a row that nobody listens at."""
    for first in range(11000 + os.getpid() % 5000 * 2, 21000, 2):
        with suppress(OSError):
            for port in (first, first + 1):
                with socket.socket() as tried:
                    tried.bind(("127.0.0.1", port))
            return first
    raise OSError("no free ports")
