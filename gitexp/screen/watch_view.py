"""`exp watch`: what runs, with stage, time, devices and last metrics; below it what has ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from gitexp.dataclass import dataclass
from gitexp.experiment.jobs.run_note import RUNNING, SHARED, WAITING, RunNote
from gitexp.experiment.record import State
from gitexp.queue.lookout import Picture, Sight, Trace
from gitexp.screen.cells import cell, one_line, short_time
from gitexp.screen.progress_words import progress_words
from gitexp.screen.sparkline import sparkline
from gitexp.screen.terminal import BOLD, CYAN, DIM, GREEN, RED, YELLOW, paint
from gitexp.screen.text_table import align

MOST_METRICS = 3
_SPARK = 12
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
    lines = [_cut(_summary(picture), frame)]
    if picture.put_back and not picture.workers:
        told = f"{picture.put_back} wait again, their worker or job was lost: `exp queue start` runs them"
        lines.append(_cut(told, frame))
    ended = picture.ended[-max(3, int(frame.height * _ENDED_SHARE)) :]
    room = max(1, frame.height - 4 - (len(ended) + 2 if ended else 0))
    running = _table([_running_row(sight, now, frame) for sight in picture.running[:room]], frame, CYAN)
    if running:
        lines += ["", *running]
    if len(picture.running) > room:
        lines.append(paint(f"… {len(picture.running) - room} more run", DIM, frame.colour))
    if ended:
        rows = align([_ended_row(sight, frame) for sight in ended])
        lines += ["", *(_cut(line, frame) for line in rows)]
        lines[-len(rows) :] = [
            paint(line, _STYLES.get(_state(sight.note), ""), frame.colour)
            for line, sight in zip(lines[-len(rows) :], ended, strict=True)
        ]
    return lines[: frame.height]


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
        "  ".join(filter(None, [row[0], row[2], row[4], row[6]]))
        for row in (_running_row(sight, now, frame) for sight in alive[:3])
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
        yield one_line("  ".join(filter(None, _ended_row(sight, Frame(200, 1)))))


def _summary(picture: Picture) -> str:
    done = Counter(_state(sight.note) for sight in picture.ended)
    cached = sum(all_cached(sight.note) for sight in picture.ended)
    alive = sum(not sight.lost for sight in picture.running)
    words = progress_words(done, cached, alive, picture.waiting, picture.seconds)
    held = f", {picture.held} held" if picture.held else ""
    return f"{words}{held}   workers: {picture.workers}   q: leave, the runs go on"


def _running_row(sight: Sight, now: float, frame: Frame) -> list[str]:
    note = sight.note
    ended = sum(stage.status not in (WAITING, RUNNING, SHARED) for stage in note.stages)
    stage = "killed" if sight.lost else _stage(note)
    since = max((one.since for one in note.stages if one.status in (RUNNING, SHARED)), default=note.began)
    devices = f"gpu {','.join(note.devices)}" if note.devices else ""
    return [
        one_line(note.name),
        f"{ended}/{len(note.stages)}",
        one_line(stage),
        short_time(max(0.0, now - since)),
        short_time(max(0.0, now - note.began)),
        devices,
        "  ".join(_metric(trace, frame) for trace in sight.traces[:MOST_METRICS]),
        one_line(" ".join(note.attempt.overrides)),
    ]


def _ended_row(sight: Sight, frame: Frame) -> list[str]:
    ending = sight.note.ending
    if ending is None:
        return [one_line(sight.note.name), "", "", "", ""]
    state = "done" if ending.state == State.SUCCESS.value else ending.state
    metrics = "  ".join(_metric(trace, frame) for trace in sight.traces[:MOST_METRICS])
    why = "" if ending.state == State.SUCCESS.value else one_line(ending.why)
    name, changed = one_line(sight.note.name), one_line(" ".join(sight.note.attempt.overrides))
    return [name, state, short_time(ending.seconds), metrics or why, changed]


def _metric(trace: Trace, frame: Frame) -> str:
    bars = sparkline(trace.values, _SPARK, frame.unicode)
    return f"{one_line(trace.key)} {cell(trace.values[-1])}{f' {bars}' if bars else ''}"


def _table(rows: Sequence[list[str]], frame: Frame, style: str) -> list[str]:
    if not rows:
        return []
    header = ["Run", "of", "Stage", "for", "Total", "", "Metrics", "Changed"]
    lines = [_cut(line, frame) for line in align([header, *rows])]
    return [paint(lines[0], BOLD, frame.colour), *(paint(line, style, frame.colour) for line in lines[1:])]


def _cut(line: str, frame: Frame) -> str:
    return line if len(line) <= frame.width else line[: max(0, frame.width - 1)] + "…"


def _stage(note: RunNote) -> str:
    busy = [stage.stage for stage in note.stages if stage.status == RUNNING]
    shared = [f"{stage.stage} (waits for another run)" for stage in note.stages if stage.status == SHARED]
    return ", ".join([*busy, *shared]) or "preparing"


def _state(note: RunNote) -> str:
    return note.ending.state if note.ending else ""
