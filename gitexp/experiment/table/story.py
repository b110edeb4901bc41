"""One experiment whole: what was tried, what came out, how its stages went, how to have it again."""

from __future__ import annotations

from dataclasses import replace

from gitexp.dataclass import dataclass
from gitexp.experiment.environment.probe import EnvironmentProbe
from gitexp.experiment.environment.record import Environment
from gitexp.experiment.environment.refs import read_environment
from gitexp.experiment.jobs.run_note import RunNote, StageNote, note_of_job
from gitexp.experiment.message import Trailers, parse
from gitexp.experiment.table.compare import Comparison, compare
from gitexp.experiment.table.history import LogEntry
from gitexp.experiment.table.table import RevisionReader
from gitexp.project import Project


@dataclass(frozen=True, slots=True)
class Story:
    """`stages`, `host` and `began` are known where the experiment was run, as long as its log is kept."""

    entry: LogEntry
    trailers: Trailers
    changes: Comparison  # all metrics, changed params, against the baseline
    stages: tuple[StageNote, ...] = ()
    host: str | None = None
    began: float | None = None  # seconds since the epoch
    environment: Environment | None = None  # what it ran in, if that was recorded and is here
    here: Environment | None = None  # what it would run in now, to compare with; only beside the other
    before: Environment | None = None  # what its baseline ran in, where that was an experiment's commit


def read_story(project: Project, reader: RevisionReader, entry: LogEntry) -> Story:
    """What is known of an experiment, here."""
    trailers = parse(entry.commit.message)
    old, new = reader.commit(entry.experiment.baseline), reader.commit(entry.experiment.commit)
    note: RunNote | None = note_of_job(project.repo, trailers.job) if trailers.job else None
    # All metrics, also those that did not move; of the params those that were changed.
    changes = Comparison(compare(old, new, everything=True).metrics, compare(old, new).params)
    environment = read_environment(reader.objects, entry.commit.message)
    here = EnvironmentProbe(project).now() if environment else None
    baseline = reader.objects.commit(entry.experiment.baseline) if environment else None
    before = read_environment(reader.objects, baseline.message) if baseline else None
    story = Story(entry, trailers, changes, environment=environment, here=here, before=before)
    if note is None:
        return story
    return replace(story, stages=note.stages, host=note.owner.host, began=note.began)


def reproduce(story: Story) -> str:
    """The commands that make the experiment again, from what its commit holds."""
    return f"git switch --detach {story.entry.experiment.commit[:12]} && exp run --force"
