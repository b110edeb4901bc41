"""How many entries a job of Slurm has, how many of them run beside each other, and what it asks for then."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from gitexp.dataclass import dataclass
from gitexp.errors import Exit, ExpError
from gitexp.queue.engines.slurm.terms import Terms, amount_times, gres_times, time_times

# Options by which people say themselves what processors a job gets.
_PROCESSORS = re.compile(r"--cpus-per|(^|\s)-c|--ntasks|(^|\s)-n|--exclusive|--overcommit")


@dataclass(frozen=True, slots=True)
class Packing:
    """Up to `per_job` entries in each job, `at_once` of them beside each other."""

    per_job: int = 1
    at_once: int = 1

    def of(self, count: int) -> Packing:
        """For so many entries: a job is not to ask for what none of them would use."""
        per_job = min(self.per_job, count)
        return Packing(per_job, min(self.at_once, per_job))

    def lines(self, entries: Sequence[str]) -> list[str]:
        """The ids of each job, in order."""
        return [
            " ".join(entries[start : start + self.per_job]) for start in range(0, len(entries), self.per_job)
        ]

    def terms(self, one: Terms) -> Terms:
        """What the stages of one entry need, for a job that has several: longer, and more for each beside."""
        rounds = math.ceil(self.per_job / self.at_once)
        return replace(
            one,
            time=time_times(one.time, rounds),
            mem=amount_times(one.mem, self.at_once),
            gres=gres_times(one.gres, self.at_once),
        )

    def with_processors(self, terms: Terms, slots: int) -> Terms:
        """These terms, with processors for those beside each other, unless somebody has said how many.

        `slots`: what a stage counts for.
        """
        if self.at_once == 1 or any(_PROCESSORS.search(line) for line in terms.raw):
            return terms
        return replace(terms, raw=(*terms.raw, f"--cpus-per-task={self.at_once * slots}"))


def packing_of(options: Mapping[str, tuple[str, ...]], config: Mapping[str, str]) -> Packing:
    """What an order says, else what `exp.slurm.perJob` and `exp.slurm.atOnce` do.

    Raises ExpError for what is no number, and for an order that wants jobs by stage as well.
    """
    by_stage = bool(options.get("by-stage"))
    if by_stage and ("per-job" in options or "at-once" in options):
        raise ExpError(
            "`--by-stage` makes a job of each stage, `--per-job` one of several experiments: not both.",
            "whoever waits for one stage of a pack would wait for all of it; leave one of them out.",
            Exit.USAGE,
        )
    if by_stage:
        return Packing()
    at_once = _number("at-once", options, config) or 1
    per_job = _number("per-job", options, config) or at_once
    return Packing(per_job, min(at_once, per_job))


def _number(key: str, options: Mapping[str, tuple[str, ...]], config: Mapping[str, str]) -> int | None:
    said = options.get(key, ())
    written = said[-1] if said else config.get(f"exp.slurm.{key.replace('-', '')}", "")
    if not written:
        return None
    if not written.isdigit() or int(written) < 1:
        where = f"`--{key}`" if said else "`git config exp.slurm`"
        raise ExpError(f"{where}: '{written}' is no number of experiments.", f"`--{key} 10`.", Exit.USAGE)
    return int(written)
