"""Entries that travel through Git servers as people have them: sshd, and a web server with passwords."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitexp.queue.board import open_board
from gitexp.queue.far.homecoming import come_home
from gitexp.queue.far.task import FarResult, Outcome
from gitexp.queue.job import Place
from tests.programs import git
from tests.queue.far.ground import make_far
from tests.sharing.servers import SERVERS


@pytest.mark.parametrize("kind", ["ssh", "http"])
def test_out_and_home_through_a_server(work: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """A worker fetches with credentials of its own; none is in what travels."""
    far = make_far(work, monkeypatch)
    git(far.hub, "config", "http.receivepack", "true")
    with SERVERS[kind](far.hub.parent) as url:
        far.lab.git("remote", "set-url", "origin", f"{url}/hub.git")
        (waybill,) = far.send("train.lr=0.2", name="one")
        assert waybill.url == f"{url}/hub.git" and "s3cret" not in waybill.url
        assert far.work(waybill) == FarResult(Outcome.SENT, "success")
        assert far.work(waybill, at="other") == FarResult(Outcome.ENDED)
        repo = far.lab.project.repo
        board = open_board(repo)
        [(_, job)] = board.entries(Place.QUEUED)
        board.move(job, Place.QUEUED, Place.SUBMITTED)
        assert come_home(repo, "origin", {waybill.entry}) == {waybill.entry}
    assert board.names(Place.SUCCESS) != []
    assert far.refs("refs/gitexp/ended") == []
