"""`exp save`: the workspace as it is becomes an experiment; nothing runs and nothing in it changes."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from gitexp.build.locks import lock_text
from gitexp.build.outs import missing_outs
from gitexp.build.site import Site
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.data.commit import chosen_stages, entries_now
from gitexp.experiment.data.workspace_site import open_workspace_site
from gitexp.experiment.environment.refs import EnvironmentKeeper
from gitexp.experiment.experiment import Experiment
from gitexp.experiment.find import names_on
from gitexp.experiment.message import Facts, compose, edited_paths
from gitexp.experiment.names import check_name, random_name
from gitexp.experiment.operations import RefMove, move_refs
from gitexp.experiment.pipelines import ReadPipeline, read_pipeline
from gitexp.experiment.run.committed import paths_to_commit
from gitexp.experiment.table.table import RevisionReader
from gitexp.git.edit_tree import replace_files
from gitexp.git.objects import write_commit
from gitexp.git.refs import read_ref
from gitexp.git.repo import author, require_baseline
from gitexp.git.restore import changed_files
from gitexp.git.snapshot import Snapshot, take_snapshot
from gitexp.pipeline.source import FolderFiles
from gitexp.pipeline.stage import Stage
from gitexp.project import Project


@dataclass(frozen=True, slots=True)
class SaveRequest:
    """`targets`: stages whose outs are recorded, all by default. `untracked`: paths from here."""

    name: str | None = None
    message: str | None = None
    force: bool = False
    targets: tuple[str, ...] = ()
    untracked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Saved:
    """`left_out`: untracked files that are not in it. `not_made`: stages whose outs are not there."""

    experiment: Experiment
    left_out: tuple[str, ...] = ()
    not_made: tuple[str, ...] = ()


def save_experiment(project: Project, request: SaveRequest) -> Saved:
    """Make an experiment of the workspace. Raises ExpError for a bad or taken name and a broken pipeline."""
    baseline = require_baseline(project.repo)
    author(project.repo)
    name, taken = _name(project, baseline, request)
    read = read_pipeline(project, FolderFiles(project.root, project.repo))
    stages = chosen_stages(project, read, request.targets)
    with open_workspace_site(project) as (site, _):
        not_made = [stage for stage in stages if not stage.is_data and missing_outs(stage, site)]
        made = [stage for stage in stages if stage not in not_made]
        snapshot = _snapshot(project, read, request.untracked)
        tree = _with_locks(project, snapshot.tree, site, read, made)
    commit = write_commit(
        project.repo, tree, [baseline], _message(project, read, baseline, tree, name, request)
    )
    experiment = Experiment(name, commit, baseline)
    move_refs(project.repo, f"save {name}", [RefMove(experiment.ref, taken, commit)])
    return Saved(experiment, snapshot.left_out, tuple(stage.address for stage in not_made))


def _name(project: Project, baseline: str, request: SaveRequest) -> tuple[str, str | None]:
    """The name, and the commit that has it now."""
    if request.name is None:
        return random_name(names_on(project.repo, baseline)), None
    check_name(request.name)
    taken = read_ref(project.repo, Experiment(request.name, "", baseline).ref)
    if taken is not None and not request.force:
        raise ExpError(
            f"there is an experiment '{request.name}' on this commit already.",
            "choose another name, or `-f` to replace it.",
        )
    return request.name, taken


def _snapshot(project: Project, read: ReadPipeline, untracked: Sequence[str]) -> Snapshot:
    """What Git tracks, what the pipeline consists of, and what the user names."""
    top = project.repo.work_tree
    wanted = []
    for word in untracked:
        path = project.cwd / word
        if not path.exists() or not path.resolve().is_relative_to(top):
            raise ExpError(f"'{word}' is not in this repository.")
        wanted.append(path.relative_to(top).as_posix())
    ours = paths_to_commit(project.root, read.graph.pipeline, read.graph.stages.values())
    inside = [posixpath.normpath(posixpath.join(project.prefix, path)) for path in ours]
    return take_snapshot(project.repo, project.settings.snapshot_max_size, [*wanted, *inside])


def _with_locks(project: Project, tree: str, site: Site, read: ReadPipeline, stages: Sequence[Stage]) -> str:
    """The tree with locks that say what the outs are now; those of the workspace stay as they are."""
    files = {
        posixpath.join(project.prefix, file): lock_text(read.files.read(file), file, entries)
        for file, entries in entries_now(site, read, stages).items()
    }
    return replace_files(project.repo, tree, files) if files else tree


def _message(
    project: Project, read: ReadPipeline, baseline: str, tree: str, name: str, request: SaveRequest
) -> str:
    changed = (change.path for change in changed_files(project.repo, baseline, tree))
    outs = [out.path for stage in read.graph.stages.values() for out in stage.outs]
    made = [posixpath.join(project.prefix, path) for path in outs]
    facts = Facts(
        name,
        edited=edited_paths(changed, made),
        project=project.prefix,
        note=request.message,
        environment=EnvironmentKeeper(project).record(),
    )
    with RevisionReader(project) as reader:
        return compose(facts, reader.tree(tree).metrics, reader.commit(baseline).metrics)
