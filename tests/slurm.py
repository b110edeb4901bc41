"""A real Slurm on this machine: a controller and two nodes of one processor and one GPU each, loopback only.

Needs root and Debian's slurm-wlm and munge; `no_slurm` says what is missing. It is up in a second.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.programs import EXP, exp_ok, finish, start
from tests.repos import make_project

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "scontrol", "sinfo")
PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])

CONFIG = """\
ClusterName=one
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/sock/munge.sock
CredType=cred/munge
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/log/slurmctld.log
SlurmdLogFile={folder}/log/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_min_interval=0,bf_interval=1
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
JobRequeue=1
KillWait=60
MessageTimeout=20
SlurmctldTimeout=30
SlurmdTimeout=6
InactiveLimit=0
MinJobAge=300
MaxArraySize={largest_array}
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
JobAcctGatherType=jobacct_gather/none
GresTypes=gpu
NodeName=n[1-2] NodeHostname={host} NodeAddr=127.0.0.1 Port=[{first}-{last}] CPUs=1 RealMemory=1000 Gres=gpu:1
PartitionName=main Nodes=n[1-2] Default=YES MaxTime=INFINITE State=UP
PartitionName=high Nodes=n[1-2] MaxTime=INFINITE PriorityTier=10 State=UP
"""
GRES = "AutoDetect=off\nNodeName=n[1-2] Name=gpu Count=1 File=/dev/null\n"


def no_slurm() -> str | None:
    """Why there can be no Slurm here; None when there can."""
    if os.geteuid() != 0:
        return "a Slurm of one's own needs root"
    missing = [name for name in PROGRAMS if shutil.which(name, path=PATH) is None]
    return f"no {', '.join(missing)}: apt-get install slurm-wlm munge" if missing else None


@dataclass(frozen=True)
class Cluster:
    """A Slurm that runs; `folder` holds all of it."""

    folder: Path

    @property
    def conf(self) -> Path:
        return self.folder / "slurm.conf"

    def run(self, *command: str, check: bool = True) -> str:
        """The output of a command of Slurm."""
        env = {**os.environ, "PATH": PATH, "SLURM_CONF": str(self.conf)}
        done = subprocess.run(command, env=env, check=False, capture_output=True, text=True)
        assert not check or done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout

    def start_node(self, node: str) -> None:
        self.run("slurmd", "-N", node, "-f", str(self.conf))

    def kill_node(self, node: str) -> None:
        """SIGKILL to a node's daemon and to all that it has started: as if its plug had been pulled."""
        pid = int((self.folder / f"slurmd-{node}.pid").read_text())
        os.kill(pid, signal.SIGKILL)
        listed = subprocess.run(
            ["ps", "-eo", "pid=,pgid=,args="], check=True, capture_output=True, text=True
        ).stdout
        steps = [line.split(None, 2) for line in listed.splitlines()]
        keepers = {
            int(pid) for pid, _, words in steps if words.startswith("slurmstepd") and self._has(pid, node)
        }
        for keeper in keepers:
            kill_tree(keeper)

    def _has(self, pid: str, node: str) -> bool:
        """Whether the step daemon is one of this cluster's node: its log is open in it."""
        with suppress(OSError):
            names = [os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir()]
            return any(name.startswith(f"{self.folder}/log/slurmd-{node}") for name in names)
        return False

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """The controller hears, and says nothing."""
        pid = int((self.folder / "slurmctld.pid").read_text())
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def hurry(self, project: Path) -> None:
        """Let requeued jobs begin now: Slurm has them wait for two minutes."""
        for entry in status(project)["entries"]:
            if entry["engine"] and entry["engine"]["reason"] == "BeginTime":
                self.run("scontrol", "update", f"JobId={entry['engine']['job']}", "StartTime=now")

    def stop(self) -> None:
        self.run("scancel", "--user=root", check=False)
        for name in ("slurmd-n1", "slurmd-n2", "slurmctld", "munged"):
            with suppress(OSError, ValueError):
                os.kill(int((self.folder / f"{name}.pid").read_text()), signal.SIGTERM)


def kill_tree(pid: int) -> None:
    """SIGKILL to a process and all below it."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], check=True, capture_output=True, text=True).stdout
    children: dict[int, list[int]] = {}
    for line in listed.splitlines():
        child, parent = map(int, line.split())
        children.setdefault(parent, []).append(child)
    doomed = [pid]
    for each in doomed:
        doomed += children.get(each, [])
    for each in doomed:
        with suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)


def start_slurm(folder: Path, largest_array: int = 8) -> Cluster:
    """Start a cluster under `folder`; skips the test when that can't be."""
    reason = no_slurm()
    if reason is not None:
        pytest.skip(reason)
    for name in ("log", "state", "munge", "sock", "spool-n1", "spool-n2"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "munge").chmod(0o700)
    (folder / "munge" / "key").write_bytes(os.urandom(1024))
    (folder / "munge" / "key").chmod(0o600)
    port = _free_ports(3)
    places = {"folder": folder, "host": socket.gethostname().split(".")[0], "port": port}
    text = CONFIG.format(**places, first=port + 1, last=port + 2, largest_array=largest_array)
    (folder / "slurm.conf").write_text(text)
    (folder / "gres.conf").write_text(GRES)
    cluster = Cluster(folder)
    munge = folder / "munge"
    cluster.run(
        *("munged", f"--key-file={munge / 'key'}", f"--socket={folder / 'sock' / 'munge.sock'}"),
        *(f"--pid-file={folder / 'munged.pid'}", f"--log-file={munge / 'munged.log'}"),
        *(f"--seed-file={munge / 'seed'}", "--num-threads=2", "--force"),
    )
    cluster.run("slurmctld", "-f", str(cluster.conf))
    for node in ("n1", "n2"):
        cluster.start_node(node)
    deadline = time.monotonic() + 30
    while cluster.run("sinfo", "-h", "-p", "main", "-o", "%T%D", check=False).strip() != "idle2":
        if time.monotonic() > deadline:
            log = (folder / "log" / "slurmctld.log").read_text()[-500:]
            cluster.stop()
            pytest.skip(f"Slurm does not come up here: {log}")
        time.sleep(0.1)
    return cluster


def _free_ports(count: int) -> int:
    """The first of `count` ports in a row that nobody listens at."""
    for first in range(21000 + os.getpid() % 5000, 32000, count):
        with suppress(OSError):
            for port in range(first, first + count):
                with socket.socket() as tried:
                    tried.bind(("127.0.0.1", port))
            return first
    raise OSError("no free ports")


PIPELINE = """\
stages:
  prepare:
    cmd: echo prepared > data.txt; echo ran >> ${log}
    params: [common, log]
    outs: [data.txt]
  train:
    cmd: sh train.sh ${n} '${gate}'
    params: [n, gate]
    deps: [data.txt, train.sh]
    outs: [model.bin]
    metrics: [metrics.yaml: {cache: false}]
    meta: {gitexp: {slurm: {gres: 'gpu:1', mem: 100M}}}
"""
TRAIN = """\
echo "value: $1" > metrics.yaml
echo "on $SLURMD_NODENAME with device $CUDA_VISIBLE_DEVICES"
while [ -n "$2" ] && [ ! -e "$2" ] && [ ! -e "$2-$1" ]; do sleep 0.1; done
cat data.txt > model.bin
echo $1 >> model.bin
"""


def lay_down(folder: Path) -> Path:
    """A project of two stages: `prepare` notes each time it runs in ../prepared; `train` waits for the file
    `gate`, or `gate`-N with its own n."""
    prepared = folder.parent / "prepared"
    params = f"n: 0\ngate: ''\ncommon: 1\nlog: '{prepared}'\n"
    files = {"params.yaml": params, "dvc.yaml": PIPELINE, "train.sh": TRAIN}
    return make_project(folder, {**files, ".gitignore": "/data.txt\n/model.bin\n"})


def states(project: Path) -> dict[str, str]:
    """Every entry of the queue and where it stands, as `exp queue status` says."""
    return {entry["name"]: entry["state"] for entry in status(project)["entries"]}


def status(project: Path) -> Any:
    return json.loads(exp_ok(project, "queue", "status", "--json", "--all"))


def job_of(project: Path, name: str) -> str:
    """The Slurm job that has the entry."""
    [entry] = [entry for entry in status(project)["entries"] if entry["name"] == name]
    return str(entry["engine"]["job"])


def submit_and_leave(project: Path, *words: str) -> str:
    """`exp queue start WORDS` as from a login node, of which nothing must be left afterwards; its stdout."""
    login = start(project, (*EXP, "queue", "start", *words))
    said = finish(login)
    assert said.out.startswith("Submitted "), said.err
    try:
        os.killpg(login.pid, signal.SIGKILL)
        raise AssertionError("something of ours stayed on the login node")
    except ProcessLookupError:
        return said.out


def wait_until(holds: Callable[[], bool], what: str, seconds: float = 90) -> None:
    """Wait for a condition; the deadline is only for what never comes."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)


def wait_for_states(project: Path, wanted: dict[str, str], seconds: float = 90) -> None:
    """Wait until the queue is in these states; the deadline is only for what never comes."""
    deadline = time.monotonic() + seconds
    while (seen := states(project)) != wanted:
        assert time.monotonic() < deadline, exp_ok(project, "queue", "status") + f"{seen}"
        time.sleep(0.2)
