"""`--pull`: the store of a run that gets from the data remotes what it lacks, when a stage needs it."""

from __future__ import annotations

from collections.abc import Callable

from gitexp.build.locks import Locks
from gitexp.build.runcache import RunCache
from gitexp.cache.remotes.remote import RemoteStore, open_remote
from gitexp.cache.remotes.supply import SuppliedStore, Supplier
from gitexp.experiment.data.needed import needs_of_stage
from gitexp.experiment.stores import open_store
from gitexp.pipeline.graph import Graph
from gitexp.project import Project
from gitexp.project.remotes import choose_remote

_USUAL = ""  # stands for the project's own remote


def open_supplied(
    project: Project, grows: bool = False
) -> tuple[SuppliedStore, Callable[[Graph, Locks], None]]:
    """The project's cache with its remotes behind it, and what is to be told which data may be wanted.

    No remote is asked before something is missing. `grows`: others add to them while the run goes on.
    """

    def open_named(name: str) -> RemoteStore:
        return open_remote(choose_remote(project.settings, name or None))

    supplier = Supplier(_USUAL, open_named, RunCache(open_store(project)).is_sound, grows=grows)

    def know(graph: Graph, locks: Locks) -> None:
        stages = graph.stages.values()
        needs = [need for stage in stages for need in needs_of_stage(stage, locks.get(stage.address))]
        supplier.know({need.hash: need.remote or _USUAL for need in needs})

    return SuppliedStore(project.settings.cache_dir, project.settings.shared_cache, supplier), know
