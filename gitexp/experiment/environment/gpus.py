"""Which GPUs the machine has: what the driver says in /proc, else nvidia-smi, asked once a process."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from gitexp.dataclass import dataclass

_PROC = Path("/proc/driver/nvidia")
_PATIENCE = 1.0  # seconds; with a driver that is not loaded yet nvidia-smi takes longer, and is not worth it


@dataclass(frozen=True, slots=True)
class GpuState:
    """Model names in the driver's order, and its version."""

    names: tuple[str, ...] = ()
    driver: str | None = None


def find_gpus(environ: Mapping[str, str], proc: Path = _PROC) -> GpuState:
    """What is there; nothing of it if that can't be found out in a moment."""
    if proc.is_dir():
        return _from_proc(proc)
    program = shutil.which("nvidia-smi", path=environ.get("PATH"))
    return _asked(program) if program else GpuState()


def _from_proc(proc: Path) -> GpuState:
    """Files of the kernel: no process, a few microseconds each."""
    said = [_read(path) for path in sorted(proc.glob("gpus/*/information"))]
    models = [found[1].strip() for text in said if (found := re.search(r"^Model:(.*)$", text, re.MULTILINE))]
    version = re.search(r"Module\s+(?:for \S+\s+)?(\d+\.[\d.]+)", _read(proc / "version"))
    return GpuState(tuple(models), version[1] if version else None)


def _asked(program: str) -> GpuState:
    query = [program, "--query-gpu=name,driver_version", "--format=csv,noheader"]
    try:
        done = subprocess.run(
            query, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return GpuState()
    if done.returncode != 0:
        return GpuState()
    rows = [
        line.rpartition(",") for line in done.stdout.decode("utf-8", "replace").splitlines() if "," in line
    ]
    return GpuState(tuple(name.strip() for name, _, _ in rows), rows[0][2].strip() if rows else None)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
