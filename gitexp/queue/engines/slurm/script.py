"""The batch script of a job array, and the list of entries beside it: line i is what task i runs.

    .git/gitexp/queue/slurm/<batch>/job.sh      to read, to change nothing in
                                    entries     the ids of each task on a line, one without --per-job;
                                                with --by-stage the stage behind it
                                    <task>.begun  jobs of several entries that began with one, an id a line
                                    <task>.for  with --by-stage: the entries that need the task's stage
                                    array       with --by-stage: Slurm's id of the array
                                    after       with --by-stage: batches of stages submitted with this one
                                    <task>.out  what each task printed beside its experiment's log

All that a task needs to know stands here, so whoever submitted it may be gone.
"""

from __future__ import annotations

import os
import secrets
import shlex
import sys
import time
from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import Path

from gitexp.atomic import write_atomic
from gitexp.dataclass import dataclass
from gitexp.project import Project
from gitexp.queue.board import board_folder
from gitexp.queue.engines.slurm.terms import Terms, seconds_of

BATCH = "GITEXP_BATCH"  # tells the worker the folder of its batch
_AHEAD = 60  # seconds before the time limit at which a job is told
_OLD = 30 * 24 * 3600  # seconds after which the script and the output of a batch go


@dataclass(frozen=True, slots=True)
class Batch:
    """A script on disk, ready to be submitted. `entries`: the line of each task."""

    folder: Path
    entries: tuple[str, ...]

    @property
    def script(self) -> Path:
        return self.folder / "job.sh"

    def log(self, task: int) -> Path:
        return self.folder / f"{task}.out"


def batches_folder(project: Project) -> Path:
    return board_folder(project.repo) / "slurm"


def write_batch(
    project: Project,
    entries: Sequence[str],
    terms: Terms,
    config: Mapping[str, str],
    parts: Mapping[int, Sequence[str]] | None = None,
    at_once: int = 1,
) -> Batch:
    """Lay a batch down, a line of `entries` for each task; an empty one is a task that is not used.

    A line has the ids that its task runs with a space between them, `at_once` of them beside each other.
    With `parts` a task runs one stage of its entry ('ENTRY<tab>STAGE'), for the entries that `parts` names.
    """
    stamp = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{secrets.token_hex(3)}"
    batch = Batch(batches_folder(project) / stamp, tuple(entries))
    write_atomic(batch.folder / "entries", "".join(f"{entry}\n" for entry in entries).encode())
    for task, needing in (parts or {}).items():
        write_atomic(batch.folder / f"{task}.for", "".join(f"{entry}\n" for entry in needing).encode())
    text = _text(project, batch, terms, config, _worker(batch, config, parts is not None, at_once))
    write_atomic(batch.script, text.encode(), mode=0o755)
    return batch


def note_array(batch: Batch, array: str, before: Sequence[Batch]) -> None:
    """Write down as what a batch was submitted, and which ones before it run stages for it."""
    write_atomic(batch.folder / "array", array.encode())
    write_atomic(batch.folder / "after", "".join(f"{one.folder.name}\n" for one in before).encode())


def note_begun(folder: Path, job: str) -> None:
    """Write down that a job of a batch has begun with one of its entries."""
    path = _begun(folder, job)
    with path.open("a") as file:
        file.write(f"{job}\n")


def has_begun(folder: Path, job: str) -> bool:
    """Whether a job of several entries has begun with one of them."""
    return job in _words(_begun(folder, job))


def _begun(folder: Path, job: str) -> Path:
    return folder / f"{job.partition('_')[2] or '0'}.begun"


def read_lines(folder: Path) -> list[list[str]]:
    """The ids on each line of a batch; none when it was swept."""
    try:
        return [line.split() for line in (folder / "entries").read_text().split("\n")]
    except FileNotFoundError:
        return []


def stage_jobs(batch: Path, leaving: Container[str], needed: Container[str]) -> Iterator[str]:
    """The jobs that run a stage for entries in `leaving` and for none in `needed`.

    `batch`: the folder of the batch with the entries' own jobs.
    """
    for name in _words(batch / "after"):
        folder = batch.parent / name
        array = _words(folder / "array")
        for path in folder.glob("*.for") if array else ():
            entries = _words(path)
            if any(one in leaving for one in entries) and not any(one in needed for one in entries):
                yield f"{array[0]}_{path.stem}"


def _words(path: Path) -> list[str]:
    try:
        return path.read_text().split()
    except FileNotFoundError:
        return []


def sweep_batches(project: Project) -> None:
    """Remove batches whose last task printed something a month ago or earlier."""
    folder = batches_folder(project)
    for batch in folder.iterdir() if folder.is_dir() else ():
        files = [path for path in batch.iterdir() if path.is_file()]
        if max((path.stat().st_mtime for path in files), default=0.0) < time.time() - _OLD:
            for path in files:
                path.unlink(missing_ok=True)
            batch.rmdir()


def signal_ahead(terms: Terms, config: Mapping[str, str]) -> int:
    """Seconds before the limit at which the job is told; never so many that a short job is told at once."""
    written = config.get("exp.slurm.signal", "")
    wanted = int(written) if written.isdigit() else _AHEAD
    limit = seconds_of(terms)
    return max(1, wanted if limit is None else min(wanted, limit // 4))


def _text(
    project: Project, batch: Batch, terms: Terms, config: Mapping[str, str], worker: Sequence[str]
) -> str:
    name = "exp-" + (project.repo.work_tree.name.replace(" ", "-") or "repo")
    # In the name of the output % begins a placeholder.
    output = str(batch.folder).replace("%", "%%") + "/%a.out"
    options = [
        f"--job-name={name}",
        f"--output={output}",
        # A task that starts again writes on where its former life stopped.
        "--open-mode=append",
        # After a lost node or a preemption Slurm starts it again by itself.
        "--requeue",
        # B: to the script alone, which is the worker by then, not to the commands of its stages.
        f"--signal=B:USR1@{signal_ahead(terms, config)}",
        f"--chdir={project.root}",
        *terms.options(),
    ]
    lines = [
        "#!/bin/bash",
        *(f"#SBATCH {_quoted(option)}" for option in options),
        "# Until the worker listens the signal ahead of the limit must not kill it.",
        "trap '' USR1",
        f"export PATH={shlex.quote(os.environ.get('PATH', os.defpath))}",
    ]
    if os.environ.get("VIRTUAL_ENV"):
        lines.append(f"export VIRTUAL_ENV={shlex.quote(os.environ['VIRTUAL_ENV'])}")
    if config.get("exp.slurm.setup"):
        lines.append(config["exp.slurm.setup"])
    return "\n".join([*lines, *worker]) + "\n"


def _worker(batch: Batch, config: Mapping[str, str], parts: bool, at_once: int) -> list[str]:
    """The lines that read what the task runs, and become its worker."""
    python, folder = config.get("exp.slurm.python") or sys.executable, shlex.quote(str(batch.folder))
    command = f"exec {shlex.quote(python)} -m gitexp.cli worker"
    line = f'line=$(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" {folder}/entries)'
    if parts:
        shared = f'--stage "$stage" --shared-by {folder}/"$SLURM_ARRAY_TASK_ID.for"'
        return [line, "IFS=$'\\t' read -r entry stage <<< \"$line\"", f'{command} "$entry" {shared}']
    beside = f" --at-once {at_once}" if at_once > 1 else ""
    return [
        f"export {BATCH}={folder}",
        line,
        'read -r -a entries <<< "$line"',
        f'{command} "${{entries[@]}}"{beside}',
    ]


def _quoted(option: str) -> str:
    """An option as sbatch reads it from a script: paths with spaces in double quotes, raw lines as typed."""
    key, separator, value = option.partition("=")
    if option.startswith("--") and " " in value and key in ("--output", "--chdir", "--job-name"):
        return f'{key}{separator}"{value}"'
    return option
