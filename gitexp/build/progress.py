"""Which stages of a plan may be looked at now: those whose upstream has ended well."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence

from gitexp.build.plan import Plan, Step


class Progress:
    """The order of a build. A stage is ready when all its upstream stages in the plan have ended well."""

    def __init__(self, plan: Plan, upstream: Mapping[str, Sequence[str]]) -> None:
        self.steps = plan.steps
        self._steps = {step.stage.address: step for step in plan.steps}
        self._order = {address: place for place, address in enumerate(self._steps)}
        self._upstream = {
            address: tuple(other for other in upstream[address] if other in self._steps)
            for address in self._steps
        }
        self._waits_for = {address: set(others) for address, others in self._upstream.items()}
        self._before: dict[str, list[str]] = {address: [] for address in self._steps}
        for address, others in self._waits_for.items():
            for other in others:
                self._before[other].append(address)
        self._ready = [self._order[address] for address, others in self._waits_for.items() if not others]
        heapq.heapify(self._ready)
        self._addresses = list(self._steps)

    def place(self, address: str) -> int:
        """Where the stage stands in the plan: of two stages that could begin, the first one does."""
        return self._order[address]

    def upstream(self, address: str) -> tuple[str, ...]:
        """The direct upstream of a stage, as far as it is in the plan."""
        return self._upstream[address]

    def take_ready(self) -> Step | None:
        """The first stage that is ready and was not taken yet."""
        return self._steps[self._addresses[heapq.heappop(self._ready)]] if self._ready else None

    def end(self, address: str) -> None:
        """The stage ended well: what waited only for it is ready."""
        for other in self._before[address]:
            self._waits_for[other].discard(address)
            if not self._waits_for[other]:
                heapq.heappush(self._ready, self._order[other])
