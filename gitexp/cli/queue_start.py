"""`exp queue start`: run what is queued in the background, on this machine or by an engine elsewhere."""

from __future__ import annotations

import sys

import typer

from gitexp.cli.stage_options import GPUS
from gitexp.errors import Exit, ExpError
from gitexp.project import find_project
from gitexp.queue.begin import begin_queue, chosen_target
from gitexp.queue.engines.engine import Order
from gitexp.screen.answer import one, write_answer
from gitexp.screen.queue.begun_lines import begun_hint, begun_lines, left_lines
from gitexp.screen.queue.data import StartAnswer, begun_data
from gitexp.screen.talk import say

ANSWER = one(StartAnswer)

ON = typer.Option(
    None, "--on", metavar="NAME[=ADDRESS]", help="Who runs it: local, slurm, … [exp.queue.on; local]"
)
SLURM = "With --on slurm"
OPTION = typer.Option(None, "-o", "--option", metavar="KEY=VALUE", help="An option of the engine.")


def command(
    jobs: int = typer.Option(
        None, "-j", "--jobs", min=1, help="How many experiments at once: here one worker each, 1 by default."
    ),
    gpus: str = GPUS,
    on: str = ON,
    option: list[str] = OPTION,
    partition: str = typer.Option(
        None, "--partition", help="The partition of the jobs.", rich_help_panel=SLURM
    ),
    time: str = typer.Option(
        None, "--time", metavar="[D-]H:M:S", help="Time limit of each job.", rich_help_panel=SLURM
    ),
    gres: str = typer.Option(
        None, "--gres", metavar="gpu:1", help="Devices of each job.", rich_help_panel=SLURM
    ),
    mem: str = typer.Option(None, "--mem", metavar="16G", help="Memory of each job.", rich_help_panel=SLURM),
    array_limit: str = typer.Option(
        None, "--array-limit", metavar="N", help="Jobs at once; -j says the same.", rich_help_panel=SLURM
    ),
    per_job: str = typer.Option(
        None,
        "--per-job",
        metavar="N",
        help="Up to N experiments in each job, one after another: for short ones.",
        rich_help_panel=SLURM,
    ),
    at_once: str = typer.Option(
        None,
        "--at-once",
        metavar="N",
        help="So many of a job's experiments beside each other, with processors for all.",
        rich_help_panel=SLURM,
    ),
    by_stage: bool = typer.Option(
        False, "--by-stage", help="A job for each stage; equal stages share one.", rich_help_panel=SLURM
    ),
    sbatch: list[str] = typer.Option(
        None, "--sbatch", metavar="'…'", help="Other options for sbatch, as typed.", rich_help_panel=SLURM
    ),
    json: bool = typer.Option(False, "--json", help="What was begun, as JSON."),
) -> Exit:
    """Run what is queued in the background and return at once. It survives this terminal.

    Here: workers, who go home when nothing waits. With --on: jobs of an engine; no process of ours stays.
    """
    project = find_project()
    named = {"partition": partition, "time": time, "gres": gres, "mem": mem, "array-limit": array_limit}
    named |= {"per-job": per_job, "at-once": at_once}
    options = {
        **engine_options(option or []),
        **{key: (value,) for key, value in named.items() if value is not None},
        **({"by-stage": ("yes",)} if by_stage else {}),
        **({"sbatch": tuple(sbatch)} if sbatch else {}),
    }
    order = Order(jobs, gpus, options)
    begun = begin_queue(project, chosen_target(project, on), order)
    if json:
        write_answer(begun_data(begun))
    else:
        sys.stdout.write("".join(f"{line}\n" for line in begun_lines(begun)))
        hint = begun_hint(begun)
        if hint is not None:
            say(hint)
    sys.stderr.write("".join(f"{line}\n" for line in left_lines(begun)))
    return Exit.DONE if begun.error is None else Exit.FAILED


def engine_options(written: list[str]) -> dict[str, tuple[str, ...]]:
    """`KEY=VALUE` words as options. Raises ExpError for a word that is none."""
    options: dict[str, tuple[str, ...]] = {}
    for word in written:
        key, separator, value = word.partition("=")
        if not key or not separator:
            raise ExpError(f"`--option`: '{word}' is not KEY=VALUE.", exit_code=Exit.USAGE)
        options[key] = (*options.get(key, ()), value)
    return options
