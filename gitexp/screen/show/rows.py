"""The fixed columns of `exp show`: label, revision, type, time, state."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator

from gitexp.dataclass import dataclass
from gitexp.experiment.record import Group, Row, State

BASELINE, MEMBER, LAST = "baseline", "branch_commit", "branch_base"  # DVC's words


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One line of the table: its row and where it stands in its group."""

    row: Row
    place: str

    @property
    def is_experiment(self) -> bool:
        return self.place != BASELINE

    @property
    def short_rev(self) -> str:
        """Seven characters of the commit id; 'workspace' as it is."""
        return self.row.rev if self.row.rev == "workspace" else self.row.rev[:7]

    @property
    def state(self) -> str:
        """'' for what ended well: that is no news."""
        return "" if self.row.state is State.SUCCESS else self.row.state.value.capitalize()


def shown_rows(groups: Iterable[Group]) -> Iterator[ShownRow]:
    for group in groups:
        yield ShownRow(group.head, BASELINE)
        for i, row in enumerate(group.rows):
            yield ShownRow(row, LAST if i == len(group.rows) - 1 else MEMBER)


def created(row: Row, today: datetime.date) -> str:
    """When the commit was made: the time if it was today, else the date. '-' for the workspace."""
    if row.values.timestamp is None:
        return "-"
    moment = datetime.datetime.fromtimestamp(row.values.timestamp)
    return moment.strftime("%I:%M %p" if moment.date() == today else "%b %d, %Y")


def iso_time(timestamp: int | None) -> str | None:
    """Local time without a zone, as DVC writes it."""
    return None if timestamp is None else datetime.datetime.fromtimestamp(timestamp).isoformat()
