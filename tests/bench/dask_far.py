"""Many experiments on Dask with workers that share nothing, one killed in the middle: is each there once?

    python -m tests.bench.dask_far [COUNT] [--seconds S]

Two workers with a HOME and folders of their own, a bare Git remote, an S3 server (SeaweedFS). When a third of
the experiments is there one worker gets SIGKILL, and a new one takes its place. Prints what was measured.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.dask_cluster import DaskCluster, dask_cluster
from tests.programs import exp, exp_ok, git
from tests.repos import make_project
from tests.servers import s3_server

PIPELINE = """\
stages:
  prepare:
    cmd: head -c 100000 /dev/urandom > big.bin
    params: [common]
    outs: [big.bin]
  train:
    cmd: sh train.sh ${n}
    params: [n]
    deps: [big.bin, train.sh]
    outs: [model.bin]
    metrics: [metrics.yaml: {cache: false}]
"""
TRAIN = """\
echo "value: $1" > metrics.yaml
head -c 1000 big.bin > model.bin
echo $1 >> model.bin
"""
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}


def lay_down(folder: Path, endpoint: str, seconds: float) -> Path:
    """A project of two stages whose experiments differ in `n`, with a Git remote and an S3 remote."""
    remote = f"['remote \"store\"']\nurl = s3://bucket/data\nendpointurl = {endpoint}\n"
    files = {
        "params.yaml": "n: 0\ncommon: 1\n",
        "dvc.yaml": PIPELINE,
        "train.sh": f"sleep {seconds}\n{TRAIN}",
        ".gitignore": "/big.bin\n/model.bin\n",
        ".dvc/config": f"[core]\nremote = store\n{remote}",
    }
    project = make_project(folder / "project", files)
    git(folder, "init", "-q", "--bare", "hub.git")
    git(project, "remote", "add", "origin", str(folder / "hub.git"))
    return project


def hub_refs(folder: Path, prefix: str) -> list[str]:
    return git(folder / "hub.git", "for-each-ref", "--format=%(refname)", prefix).split()


def run(folder: Path, cluster: DaskCluster, project: Path, count: int) -> None:
    values = ",".join(map(str, range(1, count + 1)))
    began = time.monotonic()
    exp_ok(project, "run", "--queue", "-q", "-n", "k", "-S", f"n={values}", env=CREDENTIALS)
    queued = time.monotonic()
    exp_ok(project, "queue", "start", "--on", f"dask={cluster.address}", env=CREDENTIALS)
    submitted = time.monotonic()
    print(f"queued {count} in {queued - began:.1f} s, submitted in {submitted - queued:.1f} s")
    killed = False
    while True:
        done = len(hub_refs(folder, "refs/exps"))
        if not killed and done >= count // 3:
            cluster.workers[0].kill()
            killed = True
            print(f"killed a worker with -9 after {done} of {count}")
            cluster.add_worker("third")
        if done >= count:
            break
        time.sleep(0.5)
    ended = time.monotonic()
    each = (ended - submitted) / count
    print(f"all on the Git remote {ended - submitted:.1f} s after submission: {each:.2f} s each, two workers")
    status = exp(project, "queue", "status", env=CREDENTIALS)
    print(f"collected in {time.monotonic() - ended:.1f} s")
    print("\n".join(status.out.splitlines()[-3:]))
    check(folder, project, count)


def check(folder: Path, project: Path, count: int) -> None:
    """Each experiment once, on the remote and here; `prepare` ran once; data of one pulled; all tidied up."""
    for place in (folder / "hub.git", project):
        commits = git(place, "for-each-ref", "--format=%(objectname)", "refs/exps").split()
        found = Counter(git(place, "show", f"{commit}:metrics.yaml") for commit in commits)
        assert found == Counter(f"value: {number}" for number in range(1, count + 1)), found
    # What `prepare` makes is random: were it run twice there would be two of it.
    experiments = git(project, "for-each-ref", "--format=%(refname)", "refs/exps").split()
    lines = git(project, "grep", "-hA2", "path: big.bin", *experiments, "--", "dvc.lock").splitlines()
    assert len({line.split()[-1] for line in lines if "md5: " in line}) == 1
    places = Counter(path.parent.name for path in (project / ".git/gitexp/queue").glob("[!wt]*/*.json"))
    assert places == {"success": count}, places
    assert hub_refs(folder, "refs/gitexp/ended") == []
    git(folder / "hub.git", "fsck", "--strict")
    exp_ok(project, "data", "fetch", "--rev", "k-1", env=CREDENTIALS)
    print(f"{count} experiments, each exactly once, on the remote and here; data of k-1 fetched")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int, nargs="?", default=300)
    parser.add_argument("--seconds", type=float, default=0.2, help="what each experiment sleeps")
    said = parser.parse_args()
    weed = shutil.which("weed") or str(Path(sys.executable).with_name("weed"))
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        home = folder / "home"
        home.mkdir()
        os.environ.update({"HOME": str(home), "GIT_CONFIG_GLOBAL": str(home / ".gitconfig")})
        subprocess.run(["git", "config", "--global", "user.name", "Ann Example"], check=True)
        subprocess.run(["git", "config", "--global", "user.email", "ann@example.com"], check=True)
        with s3_server(folder / "s3", weed) as s3, dask_cluster(folder / "dask", CREDENTIALS) as cluster:
            cluster.add_worker("first")
            cluster.add_worker("second")
            project = lay_down(folder, s3.endpoint, said.seconds)
            run(folder, cluster, project, said.count)


if __name__ == "__main__":
    main()
