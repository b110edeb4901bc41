"""`exp watch`: what runs, with stage, time, devices and last metrics; below it what has ended."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from gitexp.dataclass import dataclass
from gitexp.experiment.jobs.run_note import (
    FETCHING,
    NOT_OVER,
    RUNNING,
    SHARED,
    WAITING,
    RunNote,
    StageNote,
)
from gitexp.experiment.record import State
from gitexp.queue.lookout import Picture, Sight, Trace
from gitexp.screen.cells import cell, fit, one_line, short_time, width
from gitexp.screen.progress_words import progress_words
from gitexp.screen.queue.sparkline import sparkline
from gitexp.screen.terminal import BOLD, CYAN, DIM, GREEN, RED, YELLOW, paint
from gitexp.screen.text_table import GAP, align
from gitexp.screen.traffic_words import amount_done

MOST_METRICS = 3
_BARS = (12, 8, 5, 0)  # characters of a metric's course, as there is room
_WIDE = 200
_ENDED_SHARE = 0.5  # of the screen, at most, is what has ended
_STYLES = {State.SUCCESS.value: GREEN, State.FAILED.value: RED, State.INTERRUPTED.value: YELLOW}


@dataclass(frozen=True, slots=True)
class Frame:
    """What there is room for, and what the terminal can do."""

    width: int
    height: int
    colour: bool = False
    unicode: bool = True


def watch_lines(picture: Picture, now: float, frame: Frame) -> list[str]:
    """The picture in at most `frame.height` lines of at most `frame.width` characters."""
    lines = [fit(_summary(picture), frame.width)]
    if picture.put_back and not picture.workers:
        told = f"{picture.put_back} wait again, their worker or job was lost: `exp queue start` runs them"
        lines.append(fit(told, frame.width))
    ended = picture.ended[-max(3, int(frame.height * _ENDED_SHARE)) :]
    room = max(1, frame.height - 4 - (len(ended) + 2 if ended else 0))
    running = picture.running[:room]
    if running:
        rows = [_RUNNING, *(_running_row(sight, now, frame) for sight in running)]
        styles = {(0, i): BOLD for i in range(len(_RUNNING))}
        styles |= {(i, 3): RED if sight.lost else CYAN for i, sight in enumerate(running, 1)}
        lines += ["", *_table(rows, [sight.traces for sight in running], styles, _SPARE, frame)]
    if len(picture.running) > room:
        lines.append(paint(f"… {len(picture.running) - room} more run", DIM, frame.colour))
    if ended:
        rows = [_ended_row(sight) for sight in ended]
        styles = {(i, 2): _STYLES.get(_state(sight.note), "") for i, sight in enumerate(ended)}
        traces = [() if row[-1] else sight.traces for row, sight in zip(rows, ended, strict=True)]
        lines += ["", *_table(rows, traces, styles, (1,), frame)]
    return lines[: frame.height]


def _table(
    rows: Sequence[list[str]],
    traces: Sequence[Sequence[Trace]],
    styles: Mapping[tuple[int, int], str],
    spare: Sequence[int],
    frame: Frame,
) -> list[str]:
    """The rows, in their last column metrics as far as there is room. What was changed gets a third of the
    width; columns in which nothing stands go, and those that can be spared. A heading has no traces."""
    head = len(rows) - len(traces)
    texts = [
        [fit(row[0], frame.width), _changes_within(row[1], max(12, frame.width // 3)), *row[2:]]
        for row in rows
    ]
    last = len(texts[0]) - 1
    shown = [i for i in range(last) if any(row[i] for row in texts[head:])]
    widths = [max(width(row[i]) for row in texts) + len(GAP) for i in range(last)]
    least = max((width(_metric(found[0], frame, 0)) for found in traces if found), default=_LEAST)
    for i in spare:
        if sum(widths[one] for one in shown) > frame.width - min(least, _ENOUGH) and i in shown:
            shown.remove(i)
    left = max(0, frame.width - sum(widths[i] for i in shown))
    shown.append(last)
    for row, found in zip(texts[head:], traces, strict=True):
        row[-1] = row[-1] or _metrics_within(found, left, frame)
    for row in texts:
        row[-1] = fit(row[-1], left)
    return align(texts, styles=styles, colour=frame.colour, shown=shown)


def _changes_within(text: str, room: int) -> str:
    """'train.lr=0.1 train.layers=2', or 'lr=0.1 layers=2' where there is no room for that."""
    if width(text) > room:
        text = _SECTIONS.sub("", text)
    return fit(text, room)


def _metrics_within(traces: Sequence[Trace], room: int, frame: Frame) -> str:
    """As many metrics as there is room for, with bars as long as there is room."""
    for count in range(min(len(traces), MOST_METRICS), 0, -1):
        for bars in _BARS:
            text = GAP.join(_metric(trace, frame, bars) for trace in traces[:count])
            if width(text) <= room:
                return text
    return _metric(traces[0], frame, 0) if traces else ""


def all_cached(note: RunNote) -> bool:
    """Whether nothing had to run."""
    statuses = {stage.status for stage in note.stages}
    return bool(statuses) and statuses <= {"unchanged", "cached"}


def running_words(picture: Picture, now: float, unicode: bool = True) -> str:
    """What runs in one line: how many, of the first ones stage, time and metrics; '' when nothing does."""
    alive = [sight for sight in picture.running if not sight.lost]
    if not alive and not picture.waiting:
        return ""
    frame = Frame(0, 0, unicode=unicode)
    words = [
        "  ".join(filter(None, [row[0], row[3], row[5], _metrics_within(sight.traces, _WIDE, frame)]))
        for sight in alive[:3]
        for row in [_running_row(sight, now, frame)]
    ]
    waiting = [f"{picture.waiting} queued"] if picture.waiting else []
    return " · ".join([", ".join([f"{len(alive)} running", *waiting]), *words])


def change_words(before: Picture | None, now: Picture) -> Iterator[str]:
    """For a pipe: a line for each run that began another stage or ended since the picture before."""
    known = {sight.note.id: _stage(sight.note) for sight in before.running} if before else {}
    for sight in now.running:
        stage = _stage(sight.note)
        if known.get(sight.note.id) != stage and not sight.lost:
            yield one_line(f"{sight.note.name}: {stage}  {' '.join(sight.note.attempt.overrides)}".rstrip())
    for sight in now.ended[len(before.ended) if before else 0 :]:
        row = _ended_row(sight)
        metrics = row[4] or _metrics_within(sight.traces, _WIDE, Frame(_WIDE, 1))
        yield one_line("  ".join(filter(None, [row[0], row[2], row[3], metrics, row[1]])))


def _summary(picture: Picture) -> str:
    done = Counter(_state(sight.note) for sight in picture.ended)
    cached = sum(all_cached(sight.note) for sight in picture.ended)
    alive = sum(not sight.lost for sight in picture.running)
    words = progress_words(done, cached, alive, picture.waiting, picture.seconds)
    held = f", {picture.held} held" if picture.held else ""
    queue = f"   workers: {picture.workers}" if picture.workers or picture.waiting or picture.held else ""
    return f"{words}{held}{queue}   q: leave, the runs go on"


_SPARE = (5, 2, 6, 1)  # columns of a running one that go first where there is no room
_LEAST, _ENOUGH = 12, 30  # columns that metrics should have
_SECTIONS = re.compile(r"(?<!\S)[^\s=]*[.:](?=[^\s=.:]+=)")  # what stands before the last part of a key
_RUNNING = ["Run", "Changed", "of", "Stage", "for", "Total", "", "Metrics"]


def _running_row(sight: Sight, now: float, frame: Frame) -> list[str]:
    """Without metrics: they take what room is left."""
    note = sight.note
    ended = sum(stage.status not in NOT_OVER for stage in note.stages)
    stage = "killed" if sight.lost else _stage(note)
    since = max(
        (one.since for one in note.stages if one.status in NOT_OVER and one.status != WAITING),
        default=note.began,
    )
    devices = f"gpu {','.join(note.devices)}" if note.devices else ""
    return [
        one_line(note.name),
        one_line(" ".join(note.attempt.overrides)),
        f"{ended}/{len(note.stages)}",
        one_line(stage),
        short_time(max(0.0, now - since)),
        short_time(max(0.0, now - note.began)),
        devices,
        "",
    ]


def _ended_row(sight: Sight) -> list[str]:
    """Name, what was changed, how and after what time it ended; why, unless it ended well."""
    ending, name = sight.note.ending, one_line(sight.note.name)
    changed = one_line(" ".join(sight.note.attempt.overrides))
    if ending is None:
        return [name, changed, "", "", ""]
    well = ending.state == State.SUCCESS.value
    why = "" if well else one_line(ending.why)
    return [name, changed, "done" if well else ending.state, short_time(ending.seconds), why]


def _metric(trace: Trace, frame: Frame, bars: int) -> str:
    line = sparkline(trace.values, bars, frame.unicode) if bars else ""
    return f"{one_line(trace.key)} {cell(trace.values[-1])}{f' {line}' if line else ''}"


def _stage(note: RunNote) -> str:
    busy = [stage.stage for stage in note.stages if stage.status == RUNNING]
    shared = [f"{stage.stage} (waits for another run)" for stage in note.stages if stage.status == SHARED]
    fetching = [_fetching(stage) for stage in note.stages if stage.status == FETCHING]
    return ", ".join([*busy, *shared, *fetching]) or "preparing"


def _fetching(stage: StageNote) -> str:
    done = amount_done(stage.fetched) if stage.fetched is not None else []
    return f"{stage.stage} (fetches {done[-1]})" if done else f"{stage.stage} (fetches)"


def _state(note: RunNote) -> str:
    return note.ending.state if note.ending else ""
