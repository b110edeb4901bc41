"""From what the user asked of a run or of repro to what the engine is told."""

from __future__ import annotations

from gitexp.build.builder import BuildOptions
from gitexp.build.planner import Rules
from gitexp.experiment.request import Terms


def build_options(
    jobs: int, force: bool, keep_going: bool, terms: Terms, commit: bool = True
) -> BuildOptions:
    """`commit`: whether outs enter the cache."""
    return BuildOptions(
        jobs=jobs,
        force=force,
        keep_going=keep_going,
        run_cache=terms.run_cache,
        allow_missing=terms.allow_missing,
        force_downstream=terms.force_downstream,
        ignore_errors=terms.ignore_errors,
        timeout=terms.timeout,
        commit=commit,
    )


def planning_rules(force: bool, terms: Terms) -> Rules:
    """The part of it that a plan depends on."""
    return build_options(1, force, False, terms).rules
