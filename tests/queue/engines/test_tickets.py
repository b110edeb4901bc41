"""Tickets: one file each; damaged ones count as none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gitexp.queue.engines.engine import Ticket
from gitexp.queue.engines.tickets import Tickets

TICKET = Ticket("e1", "slurm", "", "12_3", 1.5, log="/x/3.out", timeouts=2)


def test_a_ticket_is_what_was_put(work: Path) -> None:
    tickets = Tickets(work)
    tickets.put([TICKET])
    assert tickets.get("e1") == TICKET
    assert tickets.entries() == {"e1"}
    assert tickets.of(["e1", "e2"]) == [TICKET]
    tickets.drop("e1")
    tickets.drop("e1")
    assert tickets.get("e1") is None
    assert tickets.entries() == set()


def test_a_damaged_ticket_is_none(work: Path) -> None:
    tickets = Tickets(work)
    tickets.put([TICKET])
    (work / "tickets" / "e1.json").write_text("{")
    assert tickets.get("e1") is None


def lot(*entries: str, handle: str = "12") -> list[Ticket]:
    """Tickets of the tasks of one array."""
    return [
        replace(TICKET, entry=entry, handle=f"{handle}_{task}", log=f"/x/{task}.out")
        for task, entry in enumerate(entries)
    ]


def test_what_was_submitted_together_is_one_file(work: Path) -> None:
    tickets, three = Tickets(work), lot("g-1", "g-2", "g-3")
    tickets.put(three)
    assert len([path for path in work.rglob("*") if path.is_file()]) == 1
    assert tickets.entries() == {"g-1", "g-2", "g-3"}
    assert tickets.of(["g-3", "x", "g-1"]) == [three[2], three[0]]
    tickets.drop("g-2")
    tickets.drop("g-2")
    assert Tickets(work).entries() == {"g-1", "g-3"}
    assert tickets.get("g-2") is None
    assert tickets.of(["g-2", "g-3"]) == [three[2]]


def test_the_last_ticket_of_an_entry_counts(work: Path) -> None:
    """Alone or in a lot; what was dropped in a former lot has a ticket again in a later one."""
    tickets = Tickets(work)
    tickets.put(lot("g-1", "g-2", "g-3"))
    alone = replace(TICKET, entry="g-1", handle="13_0")
    tickets.put([alone])
    tickets.drop("g-2")
    later = lot("g-2", "g-3", handle="14")
    tickets.put(later)
    for seen in (tickets, Tickets(work)):
        assert seen.get("g-1") == alone
        assert [seen.get("g-2"), seen.get("g-3")] == later
        assert seen.of(["g-1", "g-2", "g-3"]) == [alone, *later]
    tickets.put(lot("g-1", "g-2", handle="15"))
    assert Tickets(work).get("g-1") == lot("g-1", handle="15")[0]
    for entry in ("g-1", "g-2"):
        tickets.drop(entry)
    assert Tickets(work).entries() == {"g-3"}


def test_a_lot_goes_when_all_in_it_are_void(work: Path) -> None:
    tickets = Tickets(work)
    tickets.put(lot("g-1", "g-2"))
    tickets.drop("g-1")
    tickets.sweep()
    assert tickets.entries() == {"g-2"}
    tickets.drop("g-2")
    tickets.sweep()
    assert [*(work / "tickets" / "lots").iterdir()] == []
    assert tickets.get("g-2") is None


@pytest.mark.parametrize("text", ["{", "[]", '{"entry":["g-",["1","2"]],"handle":["",["1"]]}'])
def test_a_damaged_lot_is_none(work: Path, text: str) -> None:
    tickets = Tickets(work)
    tickets.put(lot("g-1", "g-2"))
    [path] = (work / "tickets" / "lots").glob("*/tickets")
    path.write_text(text)
    assert Tickets(work).entries() == set()
