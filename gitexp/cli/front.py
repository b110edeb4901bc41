"""The command line: main(argv) -> exit code. Each command's module is loaded only when it runs."""

from __future__ import annotations

import gc
import io
import os
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from gitexp import __version__
from gitexp.cli.greedy import GreedyCommand
from gitexp.cli.table import COMMANDS, Command, load
from gitexp.errors import Exit, ExpError, near
from gitexp.screen.answer import ask_for_json, fresh_answer, write_answer, write_failed
from gitexp.screen.talk import print_bug, print_error

# typer re-exports click's BadParameter but not its bases.
_UsageError: type[Exception] = typer.BadParameter.__bases__[0]

_CONTEXT: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class LazyGroup(TyperGroup):
    """A command group whose members are imported when called, not when listed."""

    members: dict[str, Command]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        # A group named without a command is a question: answer it on stdout.
        return super().parse_args(ctx, args or ["--help"])

    def list_commands(self, ctx: Any) -> list[str]:
        return list(self.members)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        entry = self.members.get(cmd_name)
        if entry is None:
            return None
        return make_group(cmd_name, entry) if entry.members else make_command(cmd_name, entry)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        word = args[0] if args else ""
        if word and not word.startswith("-") and word not in self.members:
            close = near(word, list(self.members))
            raise ExpError(
                f"'{word}' is not a command of `{ctx.command_path}`.",
                f"did you mean {' or '.join(f'`{ctx.command_path} {name}`' for name in close)}?"
                if close
                else f"`{ctx.command_path} --help` lists the commands.",
                Exit.USAGE,
            )
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        panels: dict[str, list[tuple[str, str]]] = {}
        for name, entry in self.members.items():
            panels.setdefault(entry.panel, []).append((name, entry.summary))
        width = max(len(name) for name in self.members)
        for panel, rows in panels.items():
            with formatter.section(panel or "Commands"):
                formatter.write_dl([(name.ljust(width), summary) for name, summary in rows])


def make_command(name: str, entry: Command) -> Any:
    """The typer command of one table entry: its module is imported here."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    context = {**_CONTEXT, "allow_interspersed_args": not entry.takes_command}
    app.command(name, cls=GreedyCommand, context_settings=context, short_help=entry.summary)(load(entry))
    command = typer.main.get_command(app)
    for option in command.params:
        if "--json" in option.opts:
            # Known before anything else about the command line is found wrong.
            option.is_eager = True
            option.callback = _heed_json
    return command


def _heed_json(ctx: Any, option: Any, asked: bool) -> bool:
    ask_for_json(asked)
    return asked


def make_group(name: str, entry: Command) -> LazyGroup:
    """A group whose help needs no member's module."""
    group = LazyGroup(
        name=name,
        help=entry.summary,
        context_settings=_CONTEXT,
        rich_markup_mode=None,
    )
    group.members = dict(entry.members)
    return group


def make_root() -> LazyGroup:
    summary = "Experiments that live inside Git: run, sweep, list, compare and apply them."
    return make_group("exp", Command("", summary, members=COMMANDS))


def main(argv: list[str]) -> int:
    """Run one command; return its exit code. Errors are printed here, once, and nowhere else."""
    with fresh_answer():
        try:
            return _run(argv)
        except BrokenPipeError:
            return _reader_left()


def _run(argv: list[str]) -> int:
    try:
        if argv and argv[0] in ("--version", "-V", "version"):
            return _tell_version("--json" in argv[1:])
        outcome = make_root().main(argv, prog_name="exp", standalone_mode=False)
        sys.stdout.flush()
        return outcome if isinstance(outcome, int) else Exit.DONE
    except ExpError as error:
        return _fail(error)
    except typer.Abort:
        return _fail(ExpError("interrupted.", exit_code=Exit.INTERRUPTED), told=True)
    except KeyboardInterrupt:
        return _fail(ExpError("interrupted.", exit_code=Exit.INTERRUPTED))
    except BrokenPipeError:
        return _reader_left()
    except SystemExit as leaving:
        # typer turns a broken pipe into an exit of its own.
        if isinstance(leaving.__context__, BrokenPipeError):
            return _reader_left()
        raise
    except _UsageError as error:
        # Words that don't parse are refused before options are looked at.
        ask_for_json("--json" in (argv[: argv.index("--")] if "--" in argv else argv))
        return _fail(_as_usage_error(error))
    except UnicodeEncodeError as error:
        return _fail(_as_unwritable(error))
    except Exception as error:
        print_bug(error)
        write_failed(ExpError(f"a bug in gitexp: {type(error).__name__}: {error}", exit_code=Exit.BUG))
        return Exit.BUG


def _tell_version(json: bool) -> int:
    if json:
        write_answer({"version": __version__})
    else:
        sys.stdout.write(f"gitexp {__version__}\n")
    return Exit.DONE


def _fail(error: ExpError, told: bool = False) -> int:
    """Say what is wrong on stderr, and on stdout too where JSON was asked for."""
    if not told:
        print_error(error)
    write_failed(error)
    return error.exit_code


def _reader_left() -> Exit:
    """The reader had enough (`exp log | head`): not an error. Keeps the interpreter from flushing again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return Exit.DONE


def _as_unwritable(error: UnicodeEncodeError) -> ExpError:
    """Half a character, as JSON and YAML may escape it, where a file name or a command has to be."""
    around = error.object[max(0, error.start - 20) : error.end + 20]
    return ExpError(
        f"this can't be a name or a command, no encoding has what it holds: {ascii(around)}.",
        "look for a lone \\ud800 to \\udfff in params files and dvc.yaml.",
    )


def _as_usage_error(error: Any) -> ExpError:
    message = str(error.format_message())
    path = error.ctx.command_path if error.ctx is not None else "exp"
    return ExpError(message, f"`{path} --help` lists the options.", Exit.USAGE)


def entry() -> None:
    """The console script."""
    # A listing makes a hundred thousand records in which nothing is circular: look for circles rarely.
    gc.set_threshold(200_000)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Text of params, metrics and file names may hold what no encoding can write: it is shown escaped.
            stream.reconfigure(errors="backslashreplace")
    sys.exit(main(sys.argv[1:]))
