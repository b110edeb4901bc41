"""Push and pull of a thousand experiments over every kind of server, beside plain git on the same refs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.experiment.clones import Clone
from tests.programs import git
from tests.repos import make_project
from tests.sharing.servers import SERVERS
from tests.sharing.test_servers import add_many

COUNT = 1000
REFS = "refs/exps/*:refs/exps/*"
EXP = str(Path(sys.executable).with_name("exp"))


def main() -> None:
    os.environ["GIT_CONFIG_NOSYSTEM"] = "1"
    for kind in SERVERS:
        top = Path(tempfile.mkdtemp())
        os.environ["HOME"] = str(top)  # the servers write clients' settings into Git's global config
        git(top, "config", "--global", "user.name", "Ann")
        git(top, "config", "--global", "user.email", "ann@example.com")
        measure(kind, top)
        shutil.rmtree(top)


def measure(kind: str, top: Path) -> None:
    ann = make_project(top / "ann", {"a.txt": "a"})
    add_many(Clone(ann), COUNT)
    (top / "hubs").mkdir()
    for hub in ("plain.git", "ours.git"):
        git(top, "clone", "-q", "--bare", str(ann), f"hubs/{hub}")
    with SERVERS[kind](top / "hubs") as url:
        for tool, push, pull in (
            ("plain", ["git", "push", "-q", "{url}", REFS], ["git", "fetch", "-q", "{url}", REFS]),
            ("ours", [EXP, "push", "-q", "{url}"], [EXP, "pull", "-q", "{url}"]),
        ):
            place = f"{url}/{tool}.git"
            git(top, "clone", "-q", place, f"clone-{tool}")
            first, again = timed(ann, push, place), timed(ann, push, place)
            pulled = timed(top / f"clone-{tool}", pull, place)
            print(
                f"{kind:7} {tool:6} push {first:6.2f} s   nothing new {again:6.2f} s   pull {pulled:6.2f} s"
            )


def timed(cwd: Path, words: list[str], url: str) -> float:
    began = time.perf_counter()
    subprocess.run([word.format(url=url) for word in words], cwd=cwd, check=True)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
