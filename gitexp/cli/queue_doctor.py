"""`exp queue doctor`: whether the machines behind an engine have what the queue needs."""

from __future__ import annotations

import sys

import typer

from gitexp.cli.queue_start import ON, OPTION, SLURM, engine_options
from gitexp.errors import Exit
from gitexp.project import find_project
from gitexp.queue.begin import chosen_target
from gitexp.queue.checkup import examine
from gitexp.queue.engines.engine import Order
from gitexp.screen.answer import one, write_answer
from gitexp.screen.queue.doctor_lines import DoctorAnswer, doctor_data, doctor_lines

ANSWER = one(DoctorAnswer)


def command(
    on: str = ON,
    option: list[str] = OPTION,
    partition: str = typer.Option(None, "--partition", help="Where to look.", rich_help_panel=SLURM),
    gres: str = typer.Option(
        None, "--gres", metavar="gpu:1", help="Devices to ask for.", rich_help_panel=SLURM
    ),
    wait: float = typer.Option(120.0, "--wait", metavar="SECONDS", help="How long to wait for the job."),
    json: bool = typer.Option(False, "--json", help="What was found, as JSON."),
) -> Exit:
    """Have one tiny job look at a node: repository, git, exp, cache, scratch, links, clock."""
    project = find_project()
    target = chosen_target(project, on)
    named = {"partition": partition, "gres": gres}
    options = {**engine_options(option or []), **{key: (value,) for key, value in named.items() if value}}
    found = examine(project, target, Order(options=options), wait)
    if json:
        write_answer(doctor_data(str(target), found))
    else:
        sys.stdout.write("".join(f"{line}\n" for line in doctor_lines(found)))
    return Exit.DONE if all(finding.well for finding in found) else Exit.FAILED
