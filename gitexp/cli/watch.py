"""`exp watch`: see how all runs of the repository get on, whoever started them."""

from __future__ import annotations

import os
import sys
import time

import typer

from gitexp.project import find_project
from gitexp.queue.engines.refresh import ask_now, asking
from gitexp.queue.lookout import Lookout, Picture
from gitexp.screen.answer import lines, write_line
from gitexp.screen.live_screen import draw, key_within, live_screen
from gitexp.screen.queue.watch_data import PictureLine, RunEndedLine, RunNowLine, change_lines
from gitexp.screen.queue.watch_view import Frame, change_words, watch_lines
from gitexp.screen.talk import visible
from gitexp.screen.terminal import columns, has_colour, has_unicode, rows

ANSWER = lines(PictureLine, RunNowLine, RunEndedLine)

_LEAVE = ("q", "Q", "\x1b")
_PERIOD = 0.5  # seconds between looks


def command(
    once: bool = typer.Option(False, "--once", help="Show it once and leave."),
    json: bool = typer.Option(False, "--json", help="One object a line: how things are, then each change."),
) -> None:
    """What runs, with stage, time, devices and last metrics; what has ended, below. Press q to leave."""
    project = find_project()
    if once or not sys.stdout.isatty():
        ask_now(project)
    lookout = Lookout(project.repo)
    with asking(project, not once):
        _show(lookout, once, json)


def _show(lookout: Lookout, once: bool, json: bool) -> None:
    if json:
        _tell_json(lookout, once)
    elif once:
        picture = lookout.look()
        print_lines(watch_lines(picture, time.time(), Frame(columns(), 10_000, has_colour(), has_unicode())))
    elif sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        _watch(lookout)
    else:
        _tell(lookout)


def print_lines(text: list[str]) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in text))


def _watch(lookout: Lookout) -> None:
    with live_screen():
        while True:
            frame = Frame(columns(), rows(), has_colour(), has_unicode())
            draw(watch_lines(lookout.look(), time.time(), frame))
            if key_within(_PERIOD) in _LEAVE:
                return


def _tell(lookout: Lookout) -> None:
    """On a pipe: a line for each change, until nothing runs or waits for a worker that is there."""
    before: Picture | None = None
    while True:
        picture = lookout.look()
        for line in change_words(before, picture):
            sys.stdout.write(visible(line) + "\n")
        sys.stdout.flush()
        before = picture
        if _is_over(picture):
            return
        time.sleep(_PERIOD)


def _tell_json(lookout: Lookout, once: bool) -> None:
    before: Picture | None = None
    while True:
        picture = lookout.look()
        for line in change_lines(before, picture):
            write_line(line)
        before = picture
        if once or _is_over(picture):
            return
        time.sleep(_PERIOD)


def _is_over(picture: Picture) -> bool:
    """Whether nothing runs, or waits for a worker that is there or for an engine."""
    attended = picture.submitted or (picture.waiting and picture.workers)
    return all(sight.lost for sight in picture.running) and not attended
