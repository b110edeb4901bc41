"""The door of the command line: help, wrong words, exit codes, closed pipes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gitexp import __version__
from gitexp.cli import main
from gitexp.cli.table import COMMANDS, Command, load
from gitexp.errors import Exit


def entries() -> list[tuple[str, Command]]:
    found = []
    for name, entry in COMMANDS.items():
        found += [(f"{name} {sub}", member) for sub, member in entry.members.items()] or [(name, entry)]
    return found


def test_version_is_one_line_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == Exit.DONE
    assert capsys.readouterr().out == f"gitexp {__version__}\n"


@pytest.mark.parametrize("argv", [[], ["--help"], ["-h"]])
def test_no_command_shows_every_command(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv) == Exit.DONE
    out = capsys.readouterr().out
    assert all(name in out and entry.summary in out for name, entry in COMMANDS.items())


def test_a_misspelt_command_names_the_near_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["shwo"]) == Exit.USAGE
    assert capsys.readouterr().err == (
        "error: 'shwo' is not a command of `exp`.\nhint: did you mean `exp show`?\n"
    )


def test_an_unknown_option_is_a_usage_error_with_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--frobnicate"]) == Exit.USAGE
    err = capsys.readouterr().err
    assert err.startswith("error: ")
    assert "hint: `exp --help` lists the options.\n" in err


@pytest.mark.parametrize(("name", "entry"), entries(), ids=[name for name, _ in entries()])
def test_every_command_of_the_table_loads_and_has_help(
    name: str, entry: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(load(entry))
    assert main([*name.split(), "--help"]) == Exit.DONE
    assert f"Usage: exp {name}" in capsys.readouterr().out


def test_a_reader_that_leaves_early_is_no_error() -> None:
    shell = f"{sys.executable} -m gitexp.cli --help | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_commands_named_like_builtins_hide_none_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--help"]) == Exit.DONE
    assert main(["shwo"]) == Exit.USAGE
    assert "did you mean `exp show`?" in capsys.readouterr().err
