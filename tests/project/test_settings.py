"""DVC's config files and Git's exp.*, as one record."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitexp.errors import ExpError
from gitexp.git.command import run_git
from gitexp.project import HydraSettings, Remote, Settings, find_project
from gitexp.project.settings import available_cpus, parse_size
from tests.repos import make_project, write_files


def settings(work: Path, config: str = "", local: str = "") -> Settings:
    if not (work / ".git").exists():
        make_project(work)
    write_files(work, {".dvc/config": config, ".dvc/config.local": local})
    return find_project(work).settings


def refusal(work: Path, config: str) -> ExpError:
    with pytest.raises(ExpError) as caught:
        settings(work, config)
    return caught.value


def test_without_any_setting_the_defaults_are_dvcs(work: Path) -> None:
    found = settings(work)
    assert found == Settings(cache_dir=work / ".dvc/cache", jobs=available_cpus())
    assert (found.link_types, found.snapshot_max_size) == (("reflink", "copy"), 1024 * 1024)
    assert (found.parsing_bool, found.parsing_list, found.exp_git_remote) == ("store_true", "nargs", "origin")


def test_everything_that_matters_is_read(work: Path) -> None:
    found = settings(
        work,
        "# comment\n"
        "[core]\n    Remote = Store  # the default\n    autostage = true\n    analytics = false\n"
        "[cache]\n    type = hardlink, symlink\n    shared = group\n    dir = ../../shared\n"
        "['remote \"Store\"']\n    url = s3://bucket/path\n    endpointurl = http://localhost\n"
        "['remote \"disk\"']\n    url = ../../store\n"
        "['remote \"home\"']\n    url = ~/store\n"
        "[hydra]\n    enabled = True\n    config_dir = conf2\n"
        "[parsing]\n    bool = boolean_optional\n    list = append\n"
        "[exp]\n    auto_push = true\n    git_remote = upstream\n"
        "[feature]\n    anything = goes\n",
    )
    assert (found.core_remote, found.autostage, found.shared_cache) == ("store", True, True)
    assert (found.cache_dir, found.link_types) == (work.parent / "shared", ("hardlink", "symlink"))
    assert found.remotes == {
        "store": Remote("store", "s3://bucket/path", {"endpointurl": "http://localhost"}),
        "disk": Remote("disk", str(work.parent / "store")),
        "home": Remote("home", str(Path.home() / "store")),
    }
    assert found.hydra == HydraSettings(enabled=True, config_dir="conf2")
    assert (found.parsing_bool, found.parsing_list) == ("boolean_optional", "append")
    assert (found.exp_auto_push, found.exp_git_remote) == (True, "upstream")


def test_later_levels_win_key_by_key(work: Path, tmp_path: Path) -> None:
    write_files(tmp_path, {"home/dvc-system/config": "[cache]\n    type = symlink\n    dir = sys\n"})
    write_files(tmp_path, {"home/dvc-global/config": "[cache]\n    type = copy\n[core]\n    remote = g\n"})
    found = settings(work, "[core]\n    remote = repo\n    autostage = true\n", "[core]\n    remote = mine\n")
    assert (found.core_remote, found.autostage, found.link_types) == ("mine", True, ("copy",))
    assert found.cache_dir == tmp_path / "home/dvc-system/sys"


def test_quotes_and_comments_are_not_part_of_a_value(work: Path) -> None:
    found = settings(work, '[cache]  # c\n    "dir" = \'/a #b\'\n    type = "copy"  # no links\n')
    assert (found.cache_dir, found.link_types) == (Path("/a #b"), ("copy",))


def test_the_environment_has_the_last_word_on_pushing(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_EXP_AUTO_PUSH", "true")
    monkeypatch.setenv("DVC_EXP_GIT_REMOTE", "elsewhere")
    found = settings(work, "[exp]\n    auto_push = false\n    git_remote = upstream\n")
    assert (found.exp_auto_push, found.exp_git_remote) == (True, "elsewhere")


@pytest.mark.parametrize(
    ("config", "message", "hint"),
    [
        ("[core]\n    remot = x\n", "config:2: DVC has no setting 'core.remot'", "did you mean `remote`?"),
        ("[cor]\n", "config:1: DVC has no config section 'cor'", "did you mean `core`?"),
        ("[exp]\n    jobs = 4\n", "DVC has no setting 'exp.jobs'", "git config exp.jobs 4"),
        ("['remote \"a\"']\n    url = x\n    ulr = y\n", "no setting 'remote.a.ulr'", "`url`"),
        ("['remote \"a\"']\n    jobs = 2\n", "remote 'a' has no url", "url = "),
        ("remote = x\n", "config:1: this is neither", None),
        ("[core]\n    just words\n", "config:2: this is neither", None),
        ("[cache]\n    type = magic\n", "'magic' is no link type", "reflink"),
        ("[cache]\n    shared = all\n", "'all' is not one of group", None),
        ("[core]\n    autostage = maybe\n", "'maybe' is neither true nor false", None),
        ("[hydra]\n    config_dir = a\n    config_module = b\n", "exclude each other", "unset"),
    ],
)
def test_what_dvc_would_refuse_is_refused_with_its_place(
    work: Path, config: str, message: str, hint: str | None
) -> None:
    error = refusal(work, config)
    assert message in error.message
    assert (hint or "") in (error.hint or "")


def test_our_settings_are_in_gits_config(work: Path) -> None:
    make_project(work)
    run_git(work, "config", "exp.jobs", "7")
    run_git(work, "config", "exp.snapshotMaxSize", "10m")
    run_git(work, "config", "exp.packRefs", "0")
    found = find_project(work).settings
    assert (found.jobs, found.snapshot_max_size, found.pack_refs) == (7, 10 * 1024 * 1024, 0)


@pytest.mark.parametrize(
    ("key", "value"),
    [("jobs", "0"), ("jobs", "many"), ("snapshotMaxSize", "big"), ("packRefs", "-1"), ("packRefs", "never")],
)
def test_a_setting_of_ours_that_makes_no_sense_is_named(work: Path, key: str, value: str) -> None:
    make_project(work)
    run_git(work, "config", f"exp.{key}", value)
    with pytest.raises(ExpError, match=f"exp.{key}: '{value}'"):
        find_project(work)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("500", 500),
        ("5k", 5120),
        ("1M", 1 << 20),
        ("2g", 2 << 30),
        ("k", None),
        ("-1", None),
        ("1.5m", None),
    ],
)
def test_sizes_are_gits(text: str, size: int | None) -> None:
    assert parse_size(text) == size
