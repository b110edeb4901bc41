"""Many experiments on a real Slurm of two nodes, with what goes wrong on clusters: figures on stdout.

    python -m tests.bench.slurm [COUNT]       # 300; as root, with slurm-wlm and munge
    python -m tests.bench.slurm 40 --calm --per-job 1,10 --rounds 3

COUNT experiments: who submitted them is killed with all that it started, a node dies with its job, one
waiting job is cancelled by hand, one runs over its time limit; `exp queue status` is compared with `squeue`
all the while. Then 60 in calm, against the bare commands in one `sbatch` array, in turns, the median of
--rounds; --calm does this part only. --per-job: so many experiments a job, in the storm the first of them.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections import Counter
from contextlib import suppress
from pathlib import Path
from statistics import median

from gitexp.experiment.find import list_experiments
from gitexp.project import find_project
from tests.programs import EXP, exp_ok, finish, git, start
from tests.slurm import Cluster, lay_down, start_slurm, status

OVER = {"COMPLETED", "CANCELLED", "FAILED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY"}


def main() -> None:
    asked = ArgumentParser()
    asked.add_argument("count", nargs="?", type=int, default=300)
    asked.add_argument("--calm", action="store_true", help="nothing goes wrong: only what it costs")
    asked.add_argument("--per-job", default="1", help="experiments in each job, several sizes with commas")
    asked.add_argument("--rounds", type=int, default=1, help="each measured so often, in turns")
    words = asked.parse_args()
    sizes = [int(size) for size in words.per_job.split(",")]
    os.environ.update(GIT_AUTHOR_NAME="Ann", GIT_AUTHOR_EMAIL="a@b", GIT_COMMITTER_NAME="Ann")
    os.environ.update(GIT_COMMITTER_EMAIL="a@b")
    with tempfile.TemporaryDirectory(prefix="slurm-bench-") as folder:
        cluster = start_slurm(Path(folder, "cluster"), largest_array=1001)
        os.environ["SLURM_CONF"] = str(cluster.conf)
        try:
            if not words.calm:
                _storm(cluster, Path(folder), words.count, sizes[0])
            _measure(cluster, Path(folder), min(words.count, 60), sizes, words.rounds)
        finally:
            cluster.stop()


def _measure(cluster: Cluster, folder: Path, count: int, sizes: list[int], rounds: int) -> None:
    bare: list[float] = []
    ours: dict[int, list[float]] = {size: [] for size in sizes}
    for number in range(rounds):
        place = folder / f"round-{number}"
        bare.append(_bare(cluster, place, count) / count)
        for size in sizes:
            ours[size].append(_calm(place, count, size) / count)
        turn = ", ".join(f"{size} a job {ours[size][-1]:.2f}" for size in sizes)
        say(f"  load {os.getloadavg()[0]:.1f}: bare {bare[-1]:.2f}, {turn} s each")
    say(f"bare: {count} tasks of one sbatch array, {median(bare):.2f} s each")
    for size in sizes:
        extra = median(one - other for one, other in zip(ours[size], bare, strict=True))
        words = f"{median(ours[size]):.2f} s each; {extra:.2f} s more than bare"
        say(f"exp, {size} a job: {count} experiments, {words}")


def _bare(cluster: Cluster, folder: Path, count: int) -> float:
    project = lay_down(folder / "bare")
    script = folder / "bare.sh"
    script.write_text(
        f"#!/bin/sh\nd={folder}/out/$SLURM_ARRAY_TASK_ID; mkdir -p $d; cd $d; cp {project}/train.sh .\n"
        "echo prepared > data.txt; sh train.sh $SLURM_ARRAY_TASK_ID ''\n"
    )
    began = time.monotonic()
    cluster.run("sbatch", f"--array=0-{count - 1}", "--output=/dev/null", str(script))
    while cluster.run("squeue", "-h"):
        time.sleep(0.2)
    return time.monotonic() - began


def _calm(folder: Path, count: int, size: int) -> float:
    """The same work as experiments, `size` of them in a job, nothing going wrong."""
    project = lay_down(folder / f"calm-{size}")
    _queue(project, count)
    began = time.monotonic()
    exp_ok(project, "queue", "start", "--on", "slurm", "--per-job", str(size))
    say(f"  submitted {count} in {time.monotonic() - began:.2f} s")
    while len(_names(project)) < count:
        time.sleep(0.5)
    return time.monotonic() - began


def _storm(cluster: Cluster, folder: Path, count: int, size: int) -> None:
    project = lay_down(folder / "storm")
    git(project, "config", "exp.slurm.timeouts", "1")
    exp_ok(project, "run", "--queue", "-q", "-n", "slow", "-S", "n=-1", "-S", f"gate='{folder / 'never'}'")
    exp_ok(project, "queue", "start", "--on", "slurm", "--time", "1")
    _queue(project, count)
    began = time.monotonic()
    login = start(project, (*EXP, "queue", "start", "--on", "slurm", "--time", "10", "--per-job", str(size)))
    assert finish(login).code == 0
    say(f"submitted {count} in {time.monotonic() - began:.2f} s; the submitting process group is killed now")
    with suppress(ProcessLookupError):
        os.killpg(login.pid, signal.SIGKILL)
    done, looks, wrong = -1, 0, 0
    events = {count // 6: "cancel", count // 4: "kill", count // 2: "restart"}
    cancelled = ""
    while True:
        seen = status(project)
        states = {entry["name"]: entry["state"] for entry in seen["entries"]}
        tally = Counter(states.values())
        looks += 1
        wrong += len(states) != count + 1 or not _is_true(cluster, project, seen)
        if tally["success"] != done:
            done = tally["success"]
            if looks % 10 == 1:
                say(f"  {time.monotonic() - began:6.1f} s  {dict(tally)}")
        for at in [at for at in events if done >= at]:
            what = events.pop(at)
            if what == "cancel":
                waiting = [entry for entry in seen["entries"] if entry["state"] == "submitted"]
                cancelled = waiting[-1]["name"]
                cluster.run("scancel", waiting[-1]["engine"]["job"])
            elif what == "kill":
                cluster.kill_node("n2")
            else:
                cluster.start_node("n2")
            say(f"  {time.monotonic() - began:6.1f} s  {what} {cancelled if what == 'cancel' else 'n2'}")
        if not tally["submitted"] and not tally["running"]:
            break
        time.sleep(1)
    say(f"{looks} looks at `exp queue status`, {wrong} of them not as squeue and the refs have it")
    say(f"over after {time.monotonic() - began:.1f} s: {dict(tally)}")
    failed = {entry["name"]: entry["ending"]["message"] for entry in seen["entries"] if entry["ending"]}
    for name in ("slow", cancelled):
        say(f"  {name}: {failed.get(name)}")
    exp_ok(project, "queue", "remove", "slow")
    exp_ok(project, "queue", "retry")
    exp_ok(project, "queue", "start", "--on", "slurm")
    while len(_names(project)) < count:
        time.sleep(0.5)
    twice = [name for name, times in Counter(_names(project)).items() if times > 1]
    say(f"after a retry of the cancelled one: {len(_names(project))} experiments, {len(twice)} of them twice")


def _is_true(cluster: Cluster, project: Path, seen: dict[str, list[dict[str, object]]]) -> bool:
    """Whether what is said to wait or run does, or has just ended; and what is said to be done has a ref."""
    lines = cluster.run("squeue", "-h", "-r", "-t", "all", "-o", "%i|%T").split()
    jobs = dict(line.split("|") for line in lines)
    names = set(_names(project))
    for entry in seen["entries"]:
        engine = entry["engine"]
        if entry["state"] == "success" and entry["name"] not in names:
            return False
        if not isinstance(engine, dict) or engine["standing"] not in ("pending", "running"):
            continue
        if jobs.get(str(engine["job"]), "gone") in {*OVER, "gone"}:
            now = json.loads(exp_ok(project, "queue", "status", "--json", "--all"))["entries"]
            # Unless it went on between the two questions.
            if any(
                (one["id"], one["state"], one["engine"]) == (entry["id"], entry["state"], engine)
                for one in now
            ):
                return False
    return True


def _queue(project: Path, count: int) -> None:
    values = ",".join(str(number) for number in range(1, count + 1))
    exp_ok(project, "run", "--queue", "-q", "-n", "e", "-S", f"n={values}", "--retries", "3")


def _names(project: Path) -> list[str]:
    return [found.name for found in list_experiments(find_project(project).repo)]


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
