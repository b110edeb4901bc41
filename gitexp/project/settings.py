"""What DVC's config and Git's `exp.*` say, as one record with DVC's defaults."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.git.repo import Repo, read_config
from gitexp.project.dvc_config import Config, Section, read_dvc_config

LINK_TYPES = ("reflink", "hardlink", "symlink", "copy")
_DEFAULT_LINKS = ("reflink", "copy")
_MIB = 1024 * 1024
_SUFFIXES = {"": 1, "k": 1024, "m": _MIB, "g": 1024 * _MIB}
_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0", "")


@dataclass(frozen=True, slots=True)
class Remote:
    """A data remote; `url` is an absolute path or has a scheme, `options` are its other keys as written."""

    name: str
    url: str
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HydraSettings:
    """Whether and from where Hydra composes params.yaml; folders relative to the DVC root."""

    enabled: bool = False
    config_dir: str | None = None  # 'conf' when neither this nor a module is given
    config_module: str | None = None
    config_name: str = "config"
    plugins_path: str | None = None


@dataclass(frozen=True, slots=True)
class PlotSettings:
    """Where pages of plots go, a page of the user's own to fill, whether it is opened at once."""

    out_dir: str | None = None  # from where the user stands, as DVC takes it
    html_template: Path | None = None
    auto_open: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    cache_dir: Path
    link_types: tuple[str, ...] = _DEFAULT_LINKS
    links_chosen: bool = False  # by the user: `cache.type`, or no word about it (`slow_link_warning`)
    shared_cache: bool = False  # objects are writable by the group
    autostage: bool = False
    core_remote: str | None = None
    remotes: Mapping[str, Remote] = field(default_factory=dict)
    hydra: HydraSettings = HydraSettings()
    parsing_bool: str = "store_true"
    parsing_list: str = "nargs"
    exp_auto_push: bool = False
    exp_git_remote: str = "origin"
    plots: PlotSettings = PlotSettings()
    jobs: int = 1  # stage commands at once
    log_days: int = 90  # how long logs of runs are kept
    gpus: str = ""  # devices that stage commands share: '0,1'
    snapshot_max_size: int = _MIB  # bytes; bigger untracked files stay out of a snapshot
    pack_refs: int = 1000  # loose refs of ours that are packed when there are more; 0: never


def read_settings(repo: Repo, root: Path, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of the DVC project at `root`. Raises ExpError naming the setting that can't be read."""
    config = read_dvc_config(root, environ)
    core, cache, exp = (config.get(Section(name), {}) for name in ("core", "cache", "exp"))
    parsing = config.get(Section("parsing"), {})
    ours = read_config(repo, "exp")
    return Settings(
        cache_dir=Path(cache.get("dir") or root / ".dvc" / "cache"),
        link_types=_link_types(cache.get("type")),
        links_chosen=bool(cache.get("type"))
        or not _flag({"slow_link_warning": "true", **cache}, "cache.slow_link_warning"),
        shared_cache=_choice(cache, "cache.shared", ("", "group")) == "group",
        autostage=_flag(core, "core.autostage"),
        core_remote=core["remote"].lower() if core.get("remote") else None,
        remotes=_remotes(config),
        hydra=_hydra(config.get(Section("hydra"), {})),
        parsing_bool=_choice(parsing, "parsing.bool", ("store_true", "boolean_optional")),
        parsing_list=_choice(parsing, "parsing.list", ("nargs", "append")),
        exp_auto_push=_flag(_exp_setting(exp, ours, environ, "auto_push"), "exp.auto_push"),
        exp_git_remote=_exp_setting(exp, ours, environ, "git_remote").get("git_remote") or "origin",
        plots=_plots(root, config.get(Section("plots"), {})),
        jobs=_count(ours, "exp.jobs", available_cpus()),
        log_days=_count(ours, "exp.logDays", 90),
        gpus=ours.get("exp.gpus", ""),
        snapshot_max_size=_size(ours, "exp.snapshotMaxSize", _MIB),
        pack_refs=_count(ours, "exp.packRefs", 1000, least=0),
    )


def available_cpus() -> int:
    """The processors that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def parse_size(text: str) -> int | None:
    """Bytes from Git's notation: '500', '500k', '1m', '2g'; None when it is none."""
    digits = text.strip().lower()
    suffix = digits[-1:] if digits[-1:] in ("k", "m", "g") else ""
    number = digits.removesuffix(suffix)
    return int(number) * _SUFFIXES[suffix] if number.isascii() and number.isdigit() else None


def _remotes(config: Config) -> dict[str, Remote]:
    remotes = {}
    for section, settings in config.items():
        if section.kind == "remote":
            options = {key: value for key, value in settings.items() if key != "url"}
            if "url" not in settings:
                raise ExpError(f"remote '{section.name}' has no url.", "add `url = …` to its section.")
            remotes[section.name] = Remote(section.name, settings["url"], options)
    return remotes


def _hydra(settings: Mapping[str, str]) -> HydraSettings:
    if settings.get("config_dir") and settings.get("config_module"):
        raise ExpError("hydra.config_dir and hydra.config_module exclude each other.", "unset one of them.")
    return HydraSettings(
        enabled=_flag(settings, "hydra.enabled"),
        config_dir=settings.get("config_dir"),
        config_module=settings.get("config_module"),
        config_name=settings.get("config_name") or "config",
        plugins_path=settings.get("plugins_path"),
    )


def _plots(root: Path, settings: Mapping[str, str]) -> PlotSettings:
    """A template's path is relative to .dvc/, as DVC takes it."""
    template = settings.get("html_template")
    return PlotSettings(
        out_dir=settings.get("out_dir") or None,
        html_template=root / ".dvc" / template if template else None,
        auto_open=_flag(settings, "plots.auto_open"),
    )


def _link_types(written: str | None) -> tuple[str, ...]:
    if not written:
        return _DEFAULT_LINKS
    types = tuple(word.strip() for word in written.split(",") if word.strip())
    for word in types:
        if word not in LINK_TYPES:
            raise ExpError(f"cache.type: '{word}' is no link type.", f"choose from {', '.join(LINK_TYPES)}.")
    return types


def _exp_setting(
    dvcs: Mapping[str, str], ours: Mapping[str, str], environ: Mapping[str, str], key: str
) -> dict[str, str]:
    """A setting that DVC's config, Git's config (`exp.autoPush`) and the environment know, the last first."""
    in_environ, in_git = f"DVC_EXP_{key.upper()}", f"exp.{key.replace('_', '')}"
    value = environ.get(in_environ) or ours.get(in_git) or dvcs.get(key)
    return {key: value} if value else {}


def _choice(settings: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    """The value of a setting, lower-cased; the first choice when it is not set."""
    value = settings.get(name.rpartition(".")[2], choices[0]).lower()
    if value not in choices:
        raise ExpError(f"{name}: '{value}' is not one of {', '.join(word for word in choices if word)}.")
    return value


def _flag(settings: Mapping[str, str], name: str) -> bool:
    value = settings.get(name.rpartition(".")[2], "false").lower()
    if value not in (*_TRUE, *_FALSE):
        raise ExpError(f"{name}: '{value}' is neither true nor false.")
    return value in _TRUE


def _count(ours: Mapping[str, str], name: str, default: int, least: int = 1) -> int:
    written = ours.get(name.lower())
    if written is None:
        return default
    if not written.isdigit() or int(written) < least:
        raise ExpError(
            f"{name}: '{written}' is no whole number from {least}.", f"`git config {name} {default}`."
        )
    return int(written)


def _size(ours: Mapping[str, str], name: str, default: int) -> int:
    written = ours.get(name.lower())
    if written is None:
        return default
    size = parse_size(written)
    if size is None:
        raise ExpError(f"{name}: '{written}' is not a size.", f"`git config {name} 10m` (k, m, g).")
    return size
