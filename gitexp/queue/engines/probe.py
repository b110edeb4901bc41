"""What a machine that is to run experiments must have: a shell script that looks, and what its answers mean.

The script runs where `exp` may be missing, so it is plain sh and tells facts, `name=value`; judging is done
here, with a hint for whatever is wrong.
"""

from __future__ import annotations

import os
import shlex
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from gitexp.dataclass import dataclass
from gitexp.git.command import run_git
from gitexp.git.repo import read_config
from gitexp.project import Project

_SKEW = 2.0  # seconds between two clocks from which heartbeats and file times begin to lie

_SCRIPT = """\
say() {{ printf '%s=%s\\n' "$1" "$2"; }}
say node "${{SLURMD_NODENAME:-$(hostname)}}"
[ -d {repo} ] && say repo yes || say repo no
say git "$(git --version 2>&1 | head -n 1)"
say exp "$({python} -m gitexp.cli --version 2>&1 | tail -n 1)"
mine={cache}/.probe-$$; far={cache}/.probe-$$-other
mkdir -p {cache} 2>/dev/null
if echo probe > "$mine" 2>/dev/null; then say cache yes; else say cache no; fi
scratch={scratch}
for folder in "$scratch" "$SLURM_TMPDIR" "$TMPDIR"; do
    [ -n "$folder" ] && mkdir -p "$folder" 2>/dev/null && [ -w "$folder" ] && say scratch "$folder" && break
done
links=
cp --reflink=always "$mine" "$far" 2>/dev/null && links="$links reflink"; rm -f "$far"
ln "$mine" "$far" 2>/dev/null && links="$links hardlink"; rm -f "$far"
ln -s "$mine" "$far" 2>/dev/null && links="$links symlink"; rm -f "$far"
say links "$links copy"
touch "$mine" 2>/dev/null
say now "$(date +%s.%N)"
say touched "$(stat -c %.9Y "$mine" 2>/dev/null)"
rm -f "$mine"
say devices "${{CUDA_VISIBLE_DEVICES:-}}"
say end yes
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `hint` when it is not well."""

    check: str
    well: bool
    words: str
    hint: str | None = None


def probe_script(project: Project, python: str | None = None) -> str:
    """The script, to be run by sh on the machine in question."""
    return _SCRIPT.format(
        repo=shlex.quote(str(project.repo.common_dir)),
        cache=shlex.quote(str(project.settings.cache_dir)),
        python=shlex.quote(python or sys.executable),
        scratch=f'"{read_config(project.repo).get("exp.scratch", "")}"',
    )


def parse_answers(text: str) -> dict[str, str]:
    """The facts that the script told; 'end' is among them when it came to its end."""
    return {key: value for key, _, value in (line.partition("=") for line in text.splitlines())}


def findings(project: Project, told: Mapping[str, str], skew_here: float) -> Iterator[Finding]:
    """What the facts mean. `skew_here`: by how much our own clock is ahead of the file system's."""
    yield Finding("node", True, told.get("node", "?"))
    repo = str(project.repo.common_dir)
    if told.get("repo") == "yes":
        yield Finding("repository", True, f"seen at {repo}")
    else:
        yield Finding(
            "repository", False, f"not seen at {repo}", "it must lie on a file system that nodes share."
        )
    yield _same("git", told.get("git", ""), run_git(project.repo.work_tree, "--version").text.strip())
    version = told.get("exp", "")
    well = version.startswith("gitexp ")
    hint = "`git config exp.slurm.python` names the interpreter there, `exp.slurm.setup` what to do before."
    yield Finding("exp", well, version or "not found", None if well else hint)
    cache = str(project.settings.cache_dir)
    writable = told.get("cache") == "yes"
    yield Finding(
        *("cache", writable, f"{cache} can {'' if writable else 'not '}be written to"),
        None if writable else "`cache.dir` in .dvc/config must lie where nodes can write.",
    )
    yield Finding("links", True, ", ".join(told.get("links", "").split()) + " inside the cache's file system")
    scratch = told.get("scratch", "")
    words = scratch or "none: worktrees lie beside the repository"
    yield Finding(
        "scratch", True, words, None if scratch else "`git config exp.scratch /local/disk` is faster."
    )
    yield _clock(told, skew_here)
    yield Finding("devices", True, told.get("devices") or "none given to this job")


def skew_here(project: Project) -> float:
    """By how much our clock is ahead of the one that stamps files of the repository, in seconds."""
    probe = project.repo.state_dir / f".probe-{os.getpid()}"
    probe.parent.mkdir(parents=True, exist_ok=True)
    probe.write_bytes(b"")
    try:
        return time.time() - _stamp(probe)
    finally:
        probe.unlink(missing_ok=True)


def _stamp(path: Path) -> float:
    return path.stat().st_mtime


def _same(name: str, there: str, here: str) -> Finding:
    if not there.startswith("git version"):
        return Finding(name, False, there or "not found", "install git on the nodes, or load its module.")
    words = there.removeprefix("git version ")
    return Finding(
        name, True, words if there == here else f"{words} (here {here.removeprefix('git version ')})"
    )


def _clock(told: Mapping[str, str], here: float) -> Finding:
    try:
        skew = (float(told["now"]) - float(told["touched"])) - here
    except (KeyError, ValueError):
        return Finding("clock", False, "can't be told", "the cache must be writable for that.")
    well = abs(skew) < _SKEW
    words = f"{abs(skew):.1f} s {'ahead of' if skew > 0 else 'behind'} ours"
    return Finding(
        "clock", well, words, None if well else "run NTP on the nodes: heartbeats are told by clocks."
    )
