"""A sign that changes when a table of experiments may have: cheap enough to look for it every second."""

from __future__ import annotations

import os

from gitexp.experiment.find import EXPERIMENTS
from gitexp.experiment.jobs.run_note import running_folder
from gitexp.experiment.kept import FAILED
from gitexp.experiment.notes import NOTES
from gitexp.git.refs import list_refs, read_ref
from gitexp.git.repo import read_head
from gitexp.project import Project
from gitexp.queue.board import open_board
from gitexp.queue.job import Place

Pulse = tuple[object, ...]


def feel_pulse(project: Project) -> Pulse:
    """HEAD, remarks, the experiments and failed runs, the queue, the names of what runs.

    Files of the workspace are not looked at: its row costs more to read than all this.
    """
    repo, board = project.repo, open_board(project.repo)
    try:
        running = tuple(sorted(os.listdir(running_folder(repo))))
    except FileNotFoundError:
        running = ()
    return (
        read_head(repo).commit,
        read_ref(repo, NOTES),
        hash(tuple(list_refs(repo, EXPERIMENTS))),
        hash(tuple(list_refs(repo, FAILED))),
        tuple(tuple(board.names(place)) for place in Place if place is not Place.SUCCESS),
        running,
    )
