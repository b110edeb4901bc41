"""A fresh worktree: cached data is absent, counts as there, and is placed only where a stage needs it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gitexp.build.site import Site
from tests.build.sites import Bench, actions, outcomes, reasons

FILES = {
    "params.yaml": "k: 1\n",
    "data/a": "A",
    "data/b": "B",
    "data/sub/c": "C",
    "raw.txt": "raw\n",
    "dvc.yaml": """\
stages:
  folder:
    cmd: join made/x data/a
    deps: [data]
    outs: [made]
  one:
    cmd: join one.txt data/b
    deps: [data/b]
    params: [k]
    outs: [one.txt]
  part:
    cmd: join part.txt data/sub/c
    deps: [data/sub]
    params: [k]
    outs: [part.txt]
  last:
    cmd: join metric.txt one.txt part.txt raw.txt
    deps: [one.txt, part.txt, raw.txt]
    metrics: [{metric.txt: {cache: false}}]
""",
    ".gitignore": "/data\n/made\n/one.txt\n/part.txt\n/raw.txt\n",
}


@pytest.fixture
def bench(work: Path) -> Bench:
    """Built once in the workspace; data and raw.txt are tracked by .dvc files."""
    here = Bench(work / "p", FILES)
    for name in ("data", "raw.txt"):
        found = here.store.save(here.root / name)
        nfiles = f"  nfiles: {found.nfiles}\n" if found.nfiles else ""
        (here.root / f"{name}.dvc").write_text(
            f"outs:\n- md5: {found.value}\n  size: {found.size}\n{nfiles}  hash: md5\n  path: {name}\n"
        )
    assert here.build().ok
    here.ran()
    return here


def worktree(bench: Bench, path: Path) -> Site:
    """A folder with what Git would have: no cached out, no tracked data."""
    cached = ("data", "made", "one.txt", "part.txt", "raw.txt")
    shutil.copytree(
        bench.root, path, ignore=lambda folder, names: cached if Path(folder) == bench.root else ["cache"]
    )
    return bench.site(path, virtual=True)


def present(site: Site) -> set[str]:
    return {
        path.relative_to(site.root).as_posix()
        for path in site.root.rglob("*")
        if path.is_file() and not {".git", ".dvc"} & set(path.parts)
    } - {"dvc.yaml", "dvc.lock", "data.dvc", "raw.txt.dvc", ".gitignore", ".dvcignore"}


def test_nothing_runs_and_nothing_is_placed_when_nothing_changed(bench: Bench, work: Path) -> None:
    site = worktree(bench, work / "w")
    assert set(actions(bench.plan(site=site)).values()) == {"up to date"}
    assert bench.build(site=site).ok
    assert present(site) == {"params.yaml", "metric.txt"}


def test_the_same_pipeline_in_the_workspace_without_its_data_is_not_up_to_date(
    bench: Bench, work: Path
) -> None:
    site = worktree(bench, work / "w")
    plain = bench.site(site.root)
    assert actions(bench.plan(site=plain))["one"] == "restore"


def test_a_dep_that_is_one_file_of_a_directory_costs_one_file(bench: Bench, work: Path) -> None:
    site = worktree(bench, work / "w")
    (site.root / "params.yaml").write_text("k: 2\n")
    result = bench.build("one", site=site)
    assert outcomes(result)["one"] == "ran"
    assert present(site) == {"params.yaml", "metric.txt", "data/b", "one.txt"}


def test_a_part_of_a_directory_brings_only_that_part(bench: Bench, work: Path) -> None:
    site = worktree(bench, work / "w")
    (site.root / "params.yaml").write_text("k: 2\n")
    bench.build("part", site=site)
    assert present(site) == {"params.yaml", "metric.txt", "data/sub/c", "part.txt"}


def test_a_directory_of_which_one_file_was_placed_still_counts_as_whole(bench: Bench, work: Path) -> None:
    site = worktree(bench, work / "w")
    (site.root / "params.yaml").write_text("k: 2\n")
    assert outcomes(bench.build(site=site)) == {
        "data.dvc": "unchanged",
        "folder": "unchanged",
        "one": "ran",
        "part": "ran",
        "raw.txt.dvc": "unchanged",
        "last": "unchanged",
    }


def test_a_restore_puts_only_uncached_outs_on_disk(bench: Bench, work: Path) -> None:
    (bench.root / "params.yaml").write_text("k: 2\n")
    bench.build()
    (bench.root / "params.yaml").write_text("k: 1\n")
    bench.ran()
    site = worktree(bench, work / "w")
    (site.root / "metric.txt").unlink()
    assert outcomes(bench.build(site=site))["one"] == "cached"
    assert bench.ran() == []
    assert present(site) == {"params.yaml", "metric.txt"}


def test_a_changed_file_on_disk_wins_over_what_is_recorded(bench: Bench, work: Path) -> None:
    site = worktree(bench, work / "w")
    (site.root / "one.txt").write_text("by hand")
    plan = bench.plan(site=site)
    assert actions(plan)["one"] == "restore"
    assert reasons(plan, "one")[0][:2] == ("modified out", "one.txt")


def test_data_that_the_store_lost_is_missing(bench: Bench, work: Path) -> None:
    site = worktree(bench, work / "w")
    shutil.rmtree(bench.store.root / "files")
    bench.store = type(bench.store)(bench.store.root)
    fresh = bench.site(site.root, virtual=True)
    result = bench.build("data.dvc", site=fresh)
    assert outcomes(result) == {"data.dvc": "failed"}
    assert "neither here nor in the cache" in (result.stages[0].failure or pytest.fail()).message


def test_a_by_product_in_a_dep_folder_is_not_part_of_what_is_recorded(bench: Bench, work: Path) -> None:
    """The next worktree will not have it, and must not run the stage again for lack of it."""
    site = worktree(bench, work / "w")
    text = (site.root / "dvc.yaml").read_text()
    (site.root / "dvc.yaml").write_text(
        text.replace("cmd: join made/x data/a", 'cmd: ["join data/junk data/a", "join made/x data/a"]')
    )
    assert outcomes(bench.build("folder", site=site))["folder"] == "ran"
    assert (site.root / "data/junk").exists()
    shutil.copy(site.root / "dvc.yaml", bench.root / "dvc.yaml")
    shutil.copy(site.root / "dvc.lock", bench.root / "dvc.lock")
    assert actions(bench.plan("folder", site=worktree(bench, work / "w2")))["folder"] == "up to date"
