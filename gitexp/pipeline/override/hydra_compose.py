"""Hydra composition: params.yaml built from a config folder and overrides (formats.md 6.4).

Only for projects that switch it on in `.dvc/config`; Hydra itself is loaded then and never else.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from typing import Any

from gitexp import deferred
from gitexp.errors import ExpError
from gitexp.pipeline.override.overrides import Override
from gitexp.project import HydraSettings

# Hydra keeps what it is composing in a global of its own; runs of a sweep compose at the same time.
_ONE_AT_A_TIME = threading.Lock()


def compose_params(root: Path, settings: HydraSettings, overrides: Sequence[Override]) -> bytes:
    """The bytes of params.yaml for the project at `root`, `${…}` resolved.

    `overrides` are those of params.yaml; they may choose config groups (`db=pg`). Raises ExpError with
    Hydra's own words when there is no such config or an override does not fit it.
    """
    hydra = deferred.module("hydra")
    omegaconf = deferred.module("omegaconf")
    texts = [override.short for override in overrides]
    with _ONE_AT_A_TIME, _importable(root, settings):
        try:
            with _initialized(hydra, root, settings):
                config = hydra.compose(config_name=settings.config_name, overrides=texts)
            omegaconf.OmegaConf.resolve(config)
        except (hydra.errors.HydraException, omegaconf.errors.OmegaConfBaseException) as error:
            raise _composition_error(settings, error) from error
    text: str = omegaconf.OmegaConf.to_yaml(config)
    return text.encode()


def config_folder(root: Path, settings: HydraSettings) -> Path:
    """Where the configs are, when they are not a module's."""
    return root / (settings.config_dir or "conf")


def _initialized(hydra: Any, root: Path, settings: HydraSettings) -> Any:
    if settings.config_module:
        return hydra.initialize_config_module(settings.config_module, version_base=None)
    folder = config_folder(root, settings)
    if not folder.is_dir():
        raise ExpError(
            f"Hydra composition is on, but there is no folder '{settings.config_dir or 'conf'}'.",
            "set hydra.config_dir in .dvc/config, or hydra.enabled to false.",
        )
    return hydra.initialize_config_dir(str(folder.resolve()), version_base=None)


@contextmanager
def _importable(root: Path, settings: HydraSettings) -> Iterator[None]:
    """The project's own plugins and config module can be imported while it composes.

    The module is forgotten afterwards: the next root, another worktree, has one of its own.
    """
    added = [str(root / (settings.plugins_path or "")), str(root)]
    known = set(sys.modules)
    sys.path += added
    try:
        deferred.module("hydra.core.plugins").Plugins.instance()
        yield
    finally:
        for path in added:
            sys.path.remove(path)
        package = (settings.config_module or "").partition(".")[0]
        for name in set(sys.modules) - known:
            if package and name.partition(".")[0] == package:
                del sys.modules[name]


def _composition_error(settings: HydraSettings, error: Exception) -> ExpError:
    first, *more = [line.strip() for line in str(error).splitlines() if line.strip()] or [repr(error)]
    # The options there are, each on a line of its own; then where Hydra looked, in a worktree's terms.
    hint = " ".join(takewhile(lambda line: not line.startswith("Config search path"), more))
    return ExpError(f"Hydra can't compose '{settings.config_name}': {first}", hint or None)
