"""`exp ui`: its keys on a real project by Textual's own pilot, and once on a real terminal."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.programs import EXP, exp, exp_ok, git
from tests.repos import commit_all, make_project, write_files

pytest.importorskip("textual", reason="the extra gitexp[ui] is not installed")

from gitexp.cli.ui import Wanted, read_rows
from gitexp.cli.ui_session import open_browser
from gitexp.project import find_project
from gitexp.screen.ui.app import Browser
from gitexp.screen.ui.paint import Window
from gitexp.screen.ui.sheet import Sheet
from gitexp.screen.ui.widgets import Lines

HOSTILE = "\x1b[31m[red]\x1b]0;owned\x07 \u202e漢字"
FILES = {
    "dvc.yaml": """\
stages:
  train:
    cmd: echo a line of the log && python3 train.py
    deps: [train.py]
    params: [lr, note]
    metrics: [metrics.json: {cache: false}]
""",
    "params.yaml": json.dumps({"lr": 1, "note": HOSTILE}),
    "train.py": """\
import json
lr = json.load(open("params.yaml"))["lr"]
json.dump({"acc": 1 / lr}, open("metrics.json", "w"))
""",
}


@pytest.fixture
def project(work: Path) -> Path:
    make_project(work, FILES)
    exp_ok(work, "run", "-S", "lr=2,4,8", "--name", "sweep")
    return work


def browser(**wanted: Any) -> Browser:
    """The program on the project of the current directory."""
    found, asked = find_project(), Wanted(**wanted)
    window = Window(Sheet(read_rows(found, asked), asked.choice))
    return open_browser(found, window, partial(read_rows, found, asked))


def seen(app: Browser) -> list[str]:
    """The lines on the screen; none while a page that was opened just now has nothing on it yet."""
    found = app.screen.query(Lines)
    return [lines.render_line(y).text.rstrip() for lines in found for y in range(lines.size.height)]


Drive = Callable[[Any, Browser], Awaitable[None]]


def drive(app: Browser, script: Drive, size: tuple[int, int] = (80, 24)) -> None:
    """Run the program without a terminal and let `script` press keys."""

    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await script(pilot, app)

    asyncio.run(run())
    assert app.bug is None


async def until(pilot: Any, app: Browser, wanted: Callable[[list[str]], bool]) -> list[str]:
    """Wait until the screen is as wanted: threads take their time."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        lines = seen(app)
        if wanted(lines):
            return lines
        await pilot.pause(0.02)
    raise AssertionError("\n".join(seen(app)))


def has(text: str) -> Callable[[list[str]], bool]:
    return lambda lines: any(text in line for line in lines)


def order(lines: list[str]) -> list[str]:
    return [line.split()[1] for line in lines if line.strip(" ●").startswith(("├", "└"))]


def test_sort_filter_hide_and_quit(project: Path) -> None:
    async def script(pilot: Any, app: Browser) -> None:
        assert "3 experiments" in seen(app)[0]
        await pilot.press("s")
        assert order(await until(pilot, app, has("acc▼"))) == ["sweep-1", "sweep-2", "sweep-3"]
        await pilot.press("s")
        assert order(await until(pilot, app, has("acc▲"))) == ["sweep-3", "sweep-2", "sweep-1"]
        await pilot.press("slash", *"lr > 2", "enter")
        assert order(await until(pilot, app, has("2 of 3 experiments"))) == ["sweep-3", "sweep-2"]
        await pilot.press("slash", *" and", "enter")
        await until(pilot, app, has("the expression ends"))
        await pilot.press("escape", "escape")
        await until(pilot, app, lambda lines: "of 3" not in lines[0])
        await pilot.press("right", "minus")
        lines = await until(pilot, app, has("lr is hidden"))
        assert " lr " not in lines[2]
        await pilot.press("c")
        choice = await until(pilot, app, has("Columns:"))
        assert "[ ] deps    train.py  the same in all rows" in choice
        await pilot.press("space", "enter")
        assert "acc" not in (await until(pilot, app, lambda lines: "Experiment" in lines[2]))[2]
        await pilot.press("q")
        await pilot.pause()
        assert not app.is_running or app._exit

    drive(browser(), script)


def test_open_the_story_the_log_and_the_comparison(project: Path) -> None:
    async def script(pilot: Any, app: Browser) -> None:
        await pilot.press("s", "end", "enter")
        lines = await until(pilot, app, has("Overrides:"))
        assert "sweep-3" in lines[0] and has("lr  1 -> 8")(lines)
        await pilot.press("q", "l")
        await until(pilot, app, has("a line of the log"))
        await pilot.press("q", "space", "up", "space", "up", "up", "space", "d")
        lines = await until(pilot, app, has("metrics.json"))
        assert "sweep-1  sweep-2  sweep-3" in " ".join(lines[0].split()).replace(" ", "  ")
        await pilot.press("q", "u", "home", "l")
        await until(pilot, app, has("no run made this"))

    drive(browser(), script)


def test_two_are_compared_with_their_code(project: Path) -> None:
    write_files(project, {"train.py": FILES["train.py"] + "# \x1b[31mmore\x1b[0m\n"})
    exp_ok(project, "run", "-S", "lr=16", "--name", "other")

    async def script(pilot: Any, app: Browser) -> None:
        await pilot.press("slash", *"lr == 16", "enter")
        await until(pilot, app, has("1 of 4"))
        await pilot.press("end", "d")
        lines = await until(pilot, app, has("diff --git"))
        assert has("+# \\x1b[31mmore\\x1b[0m")(lines) or has("+15")(lines)

    drive(browser(), script, (100, 50))


def test_apply_asks_first(project: Path) -> None:
    before = (project / "params.yaml").read_text()

    async def script(pilot: Any, app: Browser) -> None:
        await pilot.press("s", "end", "a")
        await until(pilot, app, has("Apply sweep-3?"))
        await pilot.press("n")
        await until(pilot, app, has("nothing was done"))
        assert (project / "params.yaml").read_text() == before
        await pilot.press("a", "y")
        await until(pilot, app, has("Applied sweep-3 to the workspace"))

    drive(browser(), script)
    assert "8" in (project / "params.yaml").read_text()
    exp_ok(project, "undo")
    assert (project / "params.yaml").read_text() == before


def test_what_is_new_comes_by_itself_and_the_cursor_stays(project: Path) -> None:
    async def script(pilot: Any, app: Browser) -> None:
        await pilot.press("s", "end")
        await pilot.pause(1.5)
        assert exp(project, "run", "-S", "lr=3", "--name", "late").code == 0
        lines = await until(pilot, app, has("late"))
        assert "4 experiments" in lines[0]
        sheet = app.screen.sheet  # type: ignore[attr-defined]
        assert sheet.row.name == "sweep-3"

    drive(browser(), script)


def test_hostile_values_are_shown_and_not_obeyed(project: Path) -> None:
    params = {"lr": 1, "note": HOSTILE, "[red]key[/]": "[bold]x[/]", "big": "x" * 10_000_000}
    write_files(project, {"params.yaml": json.dumps(params)})
    commit_all(project, "hostile")
    exp_ok(project, "run", "-S", "lr=5", "--name", "odd")

    async def script(pilot: Any, app: Browser) -> None:
        lines = seen(app)
        assert all(line.isprintable() for line in lines)
        await pilot.press("down", "down", "enter")
        assert all(line.isprintable() for line in await until(pilot, app, has("All params")))

    drive(browser(), script, (200, 50))


def test_failed_and_queued_rows_are_there(project: Path) -> None:
    write_files(project, {"train.py": "raise SystemExit('no')\n"})
    assert exp(project, "run", "-S", "lr=7", "--name", "bad").code == 1
    exp_ok(project, "run", "--queue", "-S", "lr=9", "--name", "later")

    async def script(pilot: Any, app: Browser) -> None:
        assert has("Queued")(seen(app)) and has("Failed")(seen(app))
        await pilot.press("slash", *'State == "failed"', "enter")
        await until(pilot, app, has("1 of 5"))
        await pilot.press("end", "enter")
        await until(pilot, app, has("Failed: "))
        await pilot.press("q", "l")
        await until(pilot, app, has("a line of the log"))

    drive(browser(), script)


def test_without_a_terminal_it_says_what_to_do_and_json_is_that_of_show(project: Path) -> None:
    done = exp(project, "ui")
    assert done.code == 1 and "needs a terminal" in done.err and "exp show" in done.err
    assert exp(project, "show", "-i").err == done.err
    assert exp(project, "ui", "--json").json == exp(project, "show", "--json").json
    some = exp(project, "ui", "--json", "--where", "lr > 2", "--sort-by=-lr").json
    assert some == exp(project, "show", "--json", "--where", "lr > 2", "--sort-by=-lr").json


TMUX = shutil.which("tmux")


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """tmux with a socket of its own: terminal('send-keys', 'q'), and so on."""
    if TMUX is None:
        pytest.skip("no tmux on PATH")
    socket = tmp_path / "tmux"

    def run(*words: str) -> str:
        environment = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        command = [TMUX or "", "-S", str(socket), *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    yield run
    subprocess.run([TMUX, "-S", str(socket), "kill-server"], capture_output=True, check=False)


def shown_by(terminal: Callable[..., str], text: str) -> str:
    deadline = time.monotonic() + 60
    screen = ""
    while time.monotonic() < deadline:
        screen = terminal("capture-pane", "-p")
        if text in screen:
            return screen
        time.sleep(0.1)
    raise AssertionError(screen)


@pytest.mark.parametrize("leave", ["q", "C-c"])
def test_on_a_real_terminal_it_opens_leaves_and_puts_everything_back(
    project: Path, terminal: Callable[..., str], leave: str
) -> None:
    size = ("-x", "80", "-y", "24", "-c", str(project))
    command = f"stty -g > before; {shlex.join(EXP)} ui; echo code $?; stty -g > after; echo it is over"
    (project.parent / "script").write_text(f"{command}; sleep 100")
    terminal("new-session", "-d", *size, "env -u NO_COLOR sh ../script")
    shown_by(terminal, "3 experiments")
    terminal("send-keys", "s")
    shown_by(terminal, "acc▼")
    terminal("send-keys", "?")
    shown_by(terminal, "mark or unmark")
    terminal("send-keys", leave)
    if leave == "q":
        shown_by(terminal, "acc▼")
        terminal("send-keys", leave)
    screen = shown_by(terminal, "it is over\n")
    assert "code 0" in screen and "Experiment" not in screen, "the screen before is back"
    assert (project / "before").read_text() == (project / "after").read_text()


def test_without_textual_there_is_one_line_and_a_hint(
    project: Path, terminal: Callable[..., str], tmp_path: Path
) -> None:
    # Installed packages without Textual: an interpreter that does not look for it.
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare" / "sitecustomize.py").write_text(
        "import importlib.util as util\nfind = util.find_spec\n"
        "util.find_spec = lambda name, *more: None if name == 'textual' else find(name, *more)\n"
    )
    command = f"PYTHONPATH={tmp_path / 'bare'} {shlex.join(EXP)} ui; echo code $?; sleep 100"
    terminal("new-session", "-d", "-x", "80", "-y", "24", "-c", str(project), command)
    screen = shown_by(terminal, "code 1\n")
    assert "error: the interactive table needs Textual." in screen
    assert "hint: pip install 'gitexp[ui]'" in screen
    assert git(project, "status", "--short") == "", sys.executable
