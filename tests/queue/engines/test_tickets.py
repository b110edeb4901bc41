"""Tickets: one file each; damaged ones count as none."""

from __future__ import annotations

from pathlib import Path

from gitexp.queue.engines.engine import Ticket
from gitexp.queue.engines.tickets import Tickets

TICKET = Ticket("e1", "slurm", "", "12_3", 1.5, log="/x/3.out", timeouts=2)


def test_a_ticket_is_what_was_put(work: Path) -> None:
    tickets = Tickets(work)
    tickets.put(TICKET)
    assert tickets.get("e1") == TICKET
    assert tickets.entries() == {"e1"}
    assert tickets.of(["e1", "e2"]) == [TICKET]
    tickets.drop("e1")
    tickets.drop("e1")
    assert tickets.get("e1") is None
    assert tickets.entries() == set()


def test_a_damaged_ticket_is_none(work: Path) -> None:
    tickets = Tickets(work)
    tickets.put(TICKET)
    (work / "tickets" / "e1.json").write_text("{")
    assert tickets.get("e1") is None
