"""The commit message of an experiment: a subject for people in `git log`, trailers for programs.

    exp brave-otter: train.lr=0.2

    metrics:
      metrics.json acc   0.81 -> 0.84

    Gitexp-Name: brave-otter
    Gitexp-Override: train.lr=0.2

What was kept of a failed run says in trailers too how it ended. A message given with `-m` takes the place
of the subject; the rest stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from gitexp.dataclass import dataclass
from gitexp.experiment.ending import Ending
from gitexp.experiment.record import FileValues
from gitexp.pipeline.stage import Value

_SUBJECT_WIDTH = 72
_MOST_METRICS = 24
_PREFIX = "Gitexp-"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a message says of a run. `edited`: paths that differ from the baseline, without outs and locks.

    `project` is the DVC root relative to the Git root, '' when they are the same.
    """

    name: str
    overrides: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    project: str = ""
    note: str | None = None  # the user's own message
    job: str | None = None  # the run's id: its log is under it
    group: str | None = None  # shared by repetitions that differ only in their seed
    ending: Ending | None = None  # of a run that became no experiment
    environment: str | None = None  # the id of the record of what it ran in: see environment_refs


@dataclass(frozen=True, slots=True)
class Trailers:
    """What a program reads back. Everything is empty for an experiment that DVC wrote."""

    name: str | None = None
    overrides: tuple[str, ...] = ()
    project: str | None = None  # '' is the Git root; None when not said
    job: str | None = None
    group: str | None = None
    ending: Ending | None = None
    environment: str | None = None


def compose(
    facts: Facts,
    metrics: Mapping[str, FileValues] | None = None,
    base_metrics: Mapping[str, FileValues] | None = None,
) -> str:
    """The whole message, ending in a newline. Metrics are shown old -> new where the baseline has them."""
    parts = [facts.note.strip() if facts.note and facts.note.strip() else _subject(facts)]
    rows = _metric_rows(metrics or {}, base_metrics or {})
    if rows:
        parts.append("\n".join(["metrics:", *rows]))
    parts.append("\n".join(_trailer_lines(facts)))
    return "\n\n".join(parts) + "\n"


def parse(message: str) -> Trailers:
    """The trailers of a message, from its last paragraph; a message of another tool has none."""
    found: dict[str, list[str]] = {}
    for line in message.rstrip().rpartition("\n\n")[2].split("\n"):
        key, colon, text = line.partition(": ")
        if colon and key.startswith(_PREFIX):
            found.setdefault(key.removeprefix(_PREFIX), []).append(text)
    project = found.get("Project", [None])[0]
    return Trailers(
        name=found.get("Name", [None])[0],
        overrides=tuple(_unquoted(text) for text in found.get("Override", [])),
        project="" if project == "." else project,
        job=found.get("Job", [None])[0],
        group=found.get("Group", [None])[0],
        ending=_ending({key: _unquoted(texts[0]) for key, texts in found.items()}),
        environment=_object_id(found.get("Environment", [""])[0]),
    )


def _object_id(text: str) -> str | None:
    """Whoever wrote the message: what is asked of Git is an id or nothing."""
    return text if len(text) in (40, 64) and set(text) <= set("0123456789abcdef") else None


def _ending(found: Mapping[str, str]) -> Ending | None:
    if "State" not in found:
        return None
    code, seconds = found.get("Exit-Code", ""), found.get("Seconds", "")
    return Ending(
        found["State"],
        stage=found.get("Stage"),
        exit_code=int(code) if code.removeprefix("-").isdigit() else None,
        message=found.get("Reason"),
        seconds=float(seconds) if seconds.replace(".", "", 1).isdigit() else 0.0,
    )


def _subject(facts: Facts) -> str:
    start = f"exp {facts.name}: "
    if facts.overrides:
        return start + _fitting([_one_line(text) for text in facts.overrides], _SUBJECT_WIDTH - len(start))
    if facts.edited:
        return start + "edited " + _fitting(list(facts.edited), _SUBJECT_WIDTH - len(start) - len("edited "))
    return start + "no changes"


def _fitting(items: list[str], width: int) -> str:
    """The items that fit, at least one, and how many more there are."""
    for count in range(len(items), 1, -1):
        text = _listed(items, count)
        if len(text) <= width:
            return text
    return _listed(items, 1)


def _listed(items: list[str], count: int) -> str:
    rest = len(items) - count
    return ", ".join(items[:count]) + (f" and {rest} more" if rest else "")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _metric_rows(metrics: Mapping[str, FileValues], base: Mapping[str, FileValues]) -> list[str]:
    new, old = _leaves_by_file(metrics), _leaves_by_file(base)
    labels = [f"{file} {key}".rstrip() for file, key in new]
    width = max(map(len, labels), default=0)
    rows = [
        f"  {label:{width}}   {_change(old.get(cell), value)}"
        for label, (cell, value) in zip(labels, new.items(), strict=True)
    ]
    if len(rows) > _MOST_METRICS:
        return [*rows[:_MOST_METRICS], f"  and {len(rows) - _MOST_METRICS} more"]
    return rows


def _change(old: Value, new: Value) -> str:
    if old is None:
        return _shown(new)
    return f"{_shown(old)} (unchanged)" if old == new else f"{_shown(old)} -> {_shown(new)}"


def _shown(value: Value) -> str:
    return f"{value:.6g}" if isinstance(value, float) else _one_line(str(value))


def _leaves_by_file(files: Mapping[str, FileValues]) -> dict[tuple[str, str], Value]:
    found: dict[tuple[str, str], Value] = {}
    for file, content in files.items():
        for key, value in _leaves(content.values, ""):
            found[file, key] = value
    return found


def _leaves(value: Value, key: str) -> list[tuple[str, Value]]:
    """The scalars of a metrics file by dotted key; lists and nulls are no metrics (formats.md 7.1)."""
    if isinstance(value, Mapping):
        return [
            leaf
            for name, inner in value.items()
            for leaf in _leaves(inner, f"{key}.{name}" if key else str(name))
        ]
    return [(key, value)] if isinstance(value, (bool, int, float, str)) else []


def _trailer_lines(facts: Facts) -> list[str]:
    lines = [f"{_PREFIX}Name: {facts.name}"]
    if facts.project:
        lines.append(f"{_PREFIX}Project: {facts.project}")
    if facts.job:
        lines.append(f"{_PREFIX}Job: {facts.job}")
    if facts.group:
        lines.append(f"{_PREFIX}Group: {facts.group}")
    if facts.environment:
        lines.append(f"{_PREFIX}Environment: {facts.environment}")
    lines += [f"{_PREFIX}Override: {_quoted(text)}" for text in facts.overrides]
    return lines + (_ending_lines(facts.ending) if facts.ending else [])


def _ending_lines(ending: Ending) -> list[str]:
    told = {
        "State": ending.state,
        "Stage": ending.stage,
        "Exit-Code": None if ending.exit_code is None else str(ending.exit_code),
        "Reason": ending.message,
        "Seconds": f"{ending.seconds:.3f}",
    }
    return [f"{_PREFIX}{key}: {_quoted(text)}" for key, text in told.items() if text]


def _quoted(text: str) -> str:
    """A trailer is one line. No override begins with '"', so the JSON form can't be taken for a plain one."""
    return text if text.isprintable() and text == text.strip() else json.dumps(text)


def _unquoted(text: str) -> str:
    if not text.startswith('"'):
        return text
    try:
        return str(json.loads(text))
    except ValueError:
        return text


def renamed(message: str, old: str, new: str) -> str:
    """The message of an experiment that is called otherwise now."""
    text, blank, trailers = message.rstrip("\n").rpartition("\n\n")
    lines = [
        f"{_PREFIX}Name: {new}" if line == f"{_PREFIX}Name: {old}" else line for line in trailers.split("\n")
    ]
    head = f"exp {new}: " + text.removeprefix(f"exp {old}: ") if text.startswith(f"exp {old}: ") else text
    return head + blank + "\n".join(lines) + "\n"


def subject(message: str) -> str:
    """The first line of a message."""
    return message.lstrip("\n").split("\n", 1)[0]


def edited_paths(changed: Iterable[str], made: Iterable[str]) -> tuple[str, ...]:
    """Of the paths that differ from the baseline, those a person edited: no lock, no .gitignore, no out.

    `made` are the outs, files and folders.
    """
    outs = set(made)
    return tuple(path for path in changed if not (_is_generated(path) or _within(path, outs)))


def _is_generated(path: str) -> bool:
    return path.rpartition("/")[2] in (".gitignore", "dvc.lock")


def _within(path: str, outs: set[str]) -> bool:
    while path:
        if path in outs:
            return True
        path = path.rpartition("/")[0]
    return False
