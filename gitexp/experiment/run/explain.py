"""`exp run --dry`: what a run would do, stage by stage, and why; nothing is run and nothing is kept."""

from __future__ import annotations

from gitexp.build.plan import Plan
from gitexp.build.planner import make_plan
from gitexp.build.stop import Stop
from gitexp.experiment.request import RunRequest
from gitexp.experiment.run.prepare import prepare
from gitexp.experiment.run.session import open_session
from gitexp.experiment.run.terms import planning_rules
from gitexp.experiment.run.worksite import lay_out, lent_worktree, site_of
from gitexp.project import Project


def explain(project: Project, request: RunRequest) -> list[tuple[str, Plan]]:
    """The plan of each experiment that `request` asks for, by name.

    The plan is made in a worktree, as the run would make it: overrides and edited data count.
    """
    prepared = prepare(project, request)
    plans = []
    rules = planning_rules(request.force, request.terms)
    with open_session(project, request, Stop()) as session:
        for attempt in prepared.attempts:
            with lent_worktree(session, attempt) as worktree:
                ground = lay_out(session, attempt, worktree, dry=True)
                site = site_of(session, attempt, ground, log=None)
                plan = make_plan(ground.graph, ground.stages, site, ground.locks, rules)
            plans.append((attempt.name, plan))
    return plans
