"""What may be asked of Slurm, and who says it: the command line, before stages, before `git config`.

A stage of dvc.yaml says `meta: {gitexp: {slurm: {partition: gpu, time: "2:00:00", gres: gpu:1, mem: 16G}}}`.
A job that runs several stages gets the largest mem and gres of them, the sum of their times, the last
partition that one names, and all raw options.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from gitexp.dataclass import dataclass
from gitexp.errors import Exit, ExpError, near
from gitexp.pipeline.stage import Stage

KEYS = ("partition", "time", "gres", "mem", "sbatch")
_ORDER_KEYS = (*KEYS, "array-limit", "by-stage", "per-job", "at-once")
_UNITS = {"": 1, "K": 1 / 1024, "M": 1, "G": 1024, "T": 1024 * 1024}


@dataclass(frozen=True, slots=True)
class Terms:
    """Options of one job, as Slurm wants them. `raw`: lines of options of any kind."""

    partition: str | None = None
    time: str | None = None
    gres: str | None = None
    mem: str | None = None
    raw: tuple[str, ...] = ()

    def over(self, other: Terms) -> Terms:
        """These, and of `other` what these leave open."""
        return Terms(
            self.partition or other.partition,
            self.time or other.time,
            self.gres or other.gres,
            self.mem or other.mem,
            (*other.raw, *self.raw),
        )

    def options(self) -> list[str]:
        """As options of sbatch, one or more a line."""
        named = {"partition": self.partition, "time": self.time, "gres": self.gres, "mem": self.mem}
        return [*(f"--{key}={value}" for key, value in named.items() if value), *self.raw]


def terms_of_order(options: Mapping[str, tuple[str, ...]]) -> Terms:
    """The terms among an order's options. Raises ExpError for an option that Slurm's jobs don't have."""
    for key in options:
        if key not in _ORDER_KEYS:
            close = near(key, list(_ORDER_KEYS))
            hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(_ORDER_KEYS)}."
            raise ExpError(f"Slurm's jobs have no option '{key}' here.", hint, Exit.USAGE)
    last = {key: values[-1] for key, values in options.items() if values}
    terms = _terms(last, options.get("sbatch", ()))
    check(terms, "the command line")
    return terms


def terms_of_config(config: Mapping[str, str]) -> Terms:
    """The terms among `exp.slurm.*`."""
    values = {key: value for key in KEYS if (value := config.get(f"exp.slurm.{key}"))}
    terms = _terms(values, (values["sbatch"],) if "sbatch" in values else ())
    check(terms, "git config exp.slurm")
    return terms


def terms_of_stages(stages: Sequence[Stage]) -> Terms:
    """What a job that runs these stages needs. Raises ExpError for a stage that says nonsense."""
    together = Terms()
    seconds = 0
    for stage in stages:
        mine = _terms_of_stage(stage)
        seconds += _seconds(mine.time) or 0 if mine.time else 0
        together = replace(
            together,
            partition=mine.partition or together.partition,
            gres=max(together.gres or "", mine.gres or "", key=_count) or None,
            mem=max(together.mem or "", mine.mem or "", key=_megabytes) or None,
            raw=(*together.raw, *(line for line in mine.raw if line not in together.raw)),
        )
    return replace(together, time=_slurm_time(seconds) if seconds else None)


def seconds_of(terms: Terms) -> int | None:
    """The time limit, where the terms name one."""
    return _seconds(terms.time) if terms.time else None


def time_times(time: str | None, times: int) -> str | None:
    """A time limit so many times as long."""
    seconds = _seconds(time) if time else None
    return _slurm_time(seconds * times) if seconds is not None and times > 1 else time


def amount_times(mem: str | None, times: int) -> str | None:
    """So many times as much memory."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(.*)", mem) if mem and times > 1 else None
    return f"{float(found[1]) * times:g}{found[2]}" if found is not None else mem


def gres_times(gres: str | None, times: int) -> str | None:
    """So many times as many of each device."""
    if not gres or times == 1:
        return gres
    return ",".join(_gres_times(each, times) for each in gres.split(","))


def _gres_times(gres: str, times: int) -> str:
    """'gpu', 'gpu:2', 'gpu:a100:4', each perhaps with sockets behind it, '(S:0)'."""
    what, bracket, sockets = gres.partition("(")
    name, colon, number = what.rpartition(":")
    counted = bool(colon) and number.isdigit()
    return f"{name if counted else what}:{_count(gres) * times}{bracket}{sockets}"


def check(terms: Terms, where: str) -> None:
    """Raise ExpError for a time or an amount of memory that Slurm would not understand."""
    if terms.time is not None and _seconds(terms.time) is None:
        raise ExpError(
            f"{where}: '{terms.time}' is no time limit.",
            "write minutes, H:M:S or D-H:M:S, in dvc.yaml in quotes.",
            Exit.USAGE,
        )
    if terms.mem is not None and _megabytes(terms.mem) < 0:
        raise ExpError(
            f"{where}: '{terms.mem}' is no amount of memory.", "write it as 500M or 16G.", Exit.USAGE
        )


def _terms_of_stage(stage: Stage) -> Terms:
    gitexp = stage.meta.get("gitexp") if isinstance(stage.meta, dict) else None
    section = gitexp.get("slurm") if isinstance(gitexp, dict) else None
    if section is None:
        return Terms()
    where = f"stage '{stage.address}', `meta.gitexp.slurm`"
    if not isinstance(section, dict):
        raise ExpError(f"{where}: must be a mapping.", f"it may have {', '.join(KEYS)}.")
    unknown = next((str(key) for key in section if key not in KEYS), None)
    if unknown is not None:
        close = near(unknown, list(KEYS))
        hint = f"did you mean {close[0]}?" if close else f"it may have {', '.join(KEYS)}."
        raise ExpError(f"{where}: unknown key '{unknown}'.", hint)
    raw = section.get("sbatch")
    lines = raw if isinstance(raw, list) else [raw] if raw else []
    values = {key: str(section[key]) for key in KEYS if section.get(key) is not None}
    terms = _terms(values, tuple(str(line) for line in lines))
    check(terms, where)
    return terms


def _terms(values: Mapping[str, str], raw: tuple[str, ...]) -> Terms:
    return Terms(values.get("partition"), values.get("time"), values.get("gres"), values.get("mem"), raw)


def _seconds(time: str) -> int | None:
    """Slurm's ways to write a time: M, M:S, H:M:S, D-H, D-H:M, D-H:M:S. None for no such thing."""
    if not re.fullmatch(r"(\d+-)?\d+(:\d+){0,2}", time):
        return None
    days, _, rest = time.rpartition("-")
    parts = [int(part) for part in rest.split(":")]
    if days:
        hours, minutes, seconds = (*parts, 0, 0)[:3]
    elif len(parts) == 3:
        hours, minutes, seconds = parts
    else:
        hours, minutes, seconds = 0, parts[0], parts[1] if len(parts) == 2 else 0
    return ((int(days or 0) * 24 + hours) * 60 + minutes) * 60 + seconds


def _slurm_time(seconds: int) -> str:
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return f"{days}-{hours:02}:{minutes:02}:{seconds:02}" if days else f"{hours}:{minutes:02}:{seconds:02}"


def _count(gres: str) -> int:
    """How many devices a gres names: 'gpu' 1, 'gpu:2', 'gpu:a100:4', 'gpu:1,license:2'."""
    total = 0
    for each in gres.split(",") if gres else ():
        number = each.partition("(")[0].rpartition(":")[2]
        total += int(number) if number.isdigit() else 1
    return total


def _megabytes(mem: str) -> float:
    """-1 for no amount of memory; nothing is 0."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([KMGT]?)B?", mem.upper()) if mem else None
    if found is None:
        return -1 if mem else 0
    return float(found[1]) * _UNITS[found[2]]
