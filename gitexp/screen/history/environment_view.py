"""What runs found around them: a few lines of one record, and what differs between several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gitexp.content import Value
from gitexp.experiment.environment.record import Environment, environment_values
from gitexp.experiment.table.compare import Change, Contrast, compare_files
from gitexp.screen.cells import cell, one_line
from gitexp.screen.panels import PLAIN, Sheet, panels
from gitexp.screen.text_table import markdown

_FEW = 4  # packages that a line names before it only counts


def environment_lines(
    environment: Environment, here: Environment | None, before: Environment | None = None
) -> Iterator[str]:
    """Interpreter, machine; what differs from what the baseline ran in `before`, and from what a run would
    find `here` and now.
    """
    python, machine = environment.python, [environment.os, environment.machine]
    if python is None:
        yield "no Python"
    else:
        what = f"{python.implementation} {python.version} ({python.kind}, {python.path})"
        yield one_line(what)
        yield _counted(environment)
    if environment.cpus:
        machine.append(f"{environment.cpus} CPUs")
    machine += [*_gpus(environment)]
    yield one_line(", ".join(word for word in machine if word))
    if before is not None:
        yield f"since the baseline: {', '.join(_told(_changes(before, environment))) or 'the same'}"
    differing = _told(_changes(environment, here)) if here is not None else []
    if differing:
        yield f"here and now: {', '.join(differing)}"


EnvironmentData = dict[str, dict[str, Value]]  # python, machine, packages, conda: what is known of each


def environment_data(environment: Environment | None) -> EnvironmentData | None:
    """python, machine, packages, conda; None where nothing is known."""
    if environment is None:
        return None
    return {name: part.values for name, part in environment_values(environment).items()}


def environment_table(
    changes: Sequence[Change], names: Sequence[str], as_markdown: bool, sheet: Sheet = PLAIN
) -> list[str]:
    """A line for each thing that differs between two."""
    rows = [[_named(one.file, one.key), cell(one.old), cell(one.new)] for one in changes]
    return _table(names, rows, as_markdown, sheet)


def environments_table(
    found: Sequence[Contrast], names: Sequence[str], as_markdown: bool, sheet: Sheet = PLAIN
) -> list[str]:
    """The same of several, a column each."""
    rows = [[_named(one.file, one.key), *map(cell, one.values)] for one in found]
    return _table(names, rows, as_markdown, sheet)


def environment_summary(changes: Sequence[Change]) -> list[str]:
    """One line for those who did not ask: what else may be the reason of a difference."""
    told = _told(changes)
    return [f"Environment: {', '.join(told)} (`--env` shows all)"] if told else []


def _table(names: Sequence[str], rows: list[list[str]], as_markdown: bool, sheet: Sheet) -> list[str]:
    header = ["Environment", *map(one_line, names)]
    if as_markdown:
        return [*markdown(header, rows), ""]
    return panels([header, *rows], 1, sheet) if rows else []


def _changes(old: Environment, new: Environment) -> tuple[Change, ...]:
    return compare_files(environment_values(old), environment_values(new))


def _told(changes: Sequence[Change]) -> list[str]:
    """In words: interpreter and machine, the first packages, how many more. Another path alone is nothing."""
    packages = [one for one in changes if one.file in ("packages", "conda")]
    packages.sort(key=lambda one: one.old is None or one.new is None)  # another version says more than none
    rest = [
        one for one in changes if one.file not in ("packages", "conda") and one.key not in ("path", "kind")
    ]
    words = [_arrow(one) for one in [*rest, *packages[:_FEW]]]
    more = len(packages) - _FEW
    return [*words, f"{more} more package{'s' * (more > 1)}"] if more > 0 else words


def _arrow(one: Change) -> str:
    return f"{_named(one.file, one.key)} {cell(one.old)} -> {cell(one.new)}"


def _named(part: str, key: str) -> str:
    if part == "python":
        return "python" if key == "version" else f"python {one_line(key)}"
    return f"conda {one_line(key)}" if part == "conda" else one_line(key)


def _counted(environment: Environment) -> str:
    conda = f", {len(environment.conda)} of conda" if environment.conda else ""
    count = len(environment.packages)
    return f"{count} package{'s' * (count != 1)}{conda}"


def _gpus(environment: Environment) -> Iterator[str]:
    for name in dict.fromkeys(environment.gpus):
        count = environment.gpus.count(name)
        yield f"{count} x {name}" if count > 1 else name
    if environment.driver:
        yield f"driver {environment.driver}"
