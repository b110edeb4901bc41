"""`exp schema`: what every command prints under --json."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import typer

from gitexp import __version__
from gitexp.cli.table import COMMANDS, Command, load_answer
from gitexp.errors import Exit, ExpError, near
from gitexp.screen.answer import one, write_answer
from gitexp.screen.pager import show_lines
from gitexp.screen.schema_lines import SchemaAnswer, command_lines, overview_lines, schema_data

ANSWER = one(SchemaAnswer)


def command(
    words: list[str] = typer.Argument(
        None, metavar="[COMMAND]...", help="One command or group: `queue status`."
    ),
    json: bool = typer.Option(False, "--json", help="As JSON Schema, draft 2020-12."),
) -> None:
    """Tell what commands print under --json, field by field, and what exit codes mean."""
    known = dict(all_commands(COMMANDS))
    name = " ".join(words or ())
    chosen = {each: entry for each, entry in known.items() if name in ("", each)}
    if not chosen:
        # A group: all of its members.
        chosen = {each: entry for each, entry in known.items() if each.startswith(f"{name} ")}
    if not chosen:
        close = " or ".join(f"`exp schema {each}`" for each in near(name, list(known)))
        hint = f"did you mean {close}?" if close else "`exp schema` lists the commands."
        raise ExpError(f"'{name}' is not a command.", hint, Exit.USAGE)
    answers = {each: load_answer(entry) for each, entry in chosen.items()}
    if json:
        write_answer(schema_data(__version__, answers))
    elif not name:
        show_lines(overview_lines(answers))
    else:
        show_lines(
            line
            for i, (each, answer) in enumerate(answers.items())
            for line in [*([""] * (i > 0)), *command_lines(each, answer)]
        )


def all_commands(table: Mapping[str, Command], before: str = "") -> Iterator[tuple[str, Command]]:
    """Every command by the words that name it, those of groups too."""
    for name, entry in table.items():
        if entry.members:
            yield from all_commands(entry.members, f"{before}{name} ")
        else:
            yield f"{before}{name}", entry
