"""`exp fsck`: check the data cache, and where the data of every experiment is."""

from __future__ import annotations

import sys

import typer

from gitexp.errors import Exit
from gitexp.experiment.data.fsck import FsckRequest, check_all
from gitexp.project import find_project
from gitexp.screen.answer import one, write_answer
from gitexp.screen.data.fsck_lines import FsckAnswer, fsck_hint, fsck_json, fsck_lines
from gitexp.screen.data.traffic_line import TrafficLine
from gitexp.screen.talk import say

ANSWER = one(FsckAnswer)


def command(
    quick: bool = typer.Option(False, "--quick", help="Read no object, only see whether it is there."),
    repair: bool = typer.Option(
        False,
        "--repair",
        help="Take away what is damaged; bring it back from the workspace or the remote where they have it.",
    ),
    cloud: bool = typer.Option(False, "-c", "--cloud", help="Also ask the data remote what it has."),
    remote: str = typer.Option(None, "-r", "--remote", metavar="NAME", help="Ask this data remote."),
    jobs: int = typer.Option(None, "-j", "--jobs", min=1, help="Objects read at once.  [default: exp.jobs]"),
    json: bool = typer.Option(False, "--json", help="What was found, as JSON."),
) -> int:
    """Check every object against its name, the run cache, and that each revision has its data somewhere."""
    asked = remote or "" if cloud or remote else None
    with TrafficLine("Reading") as line:
        project = find_project()
        request = FsckRequest(not quick, repair, asked, jobs or project.settings.jobs)
        report = check_all(project, request, line)
    if json:
        write_answer(fsck_json(report))
    else:
        sys.stdout.write("".join(f"{line}\n" for line in fsck_lines(report, not quick)))
        hint = fsck_hint(report)
        if hint:
            say(f"hint: {hint}")
    return Exit.DONE if report.is_clean else Exit.FAILED
