"""Which data remote a command means, and where a `remote://` URL leads."""

from __future__ import annotations

from dataclasses import replace

from gitexp.errors import ExpError, near
from gitexp.project.settings import Remote, Settings

_VIA = "remote://"
_MOST_STEPS = 10  # of remotes that refer to each other


def choose_remote(settings: Settings, name: str | None = None) -> Remote:
    """The remote called `name`, or the project's own (`core.remote`, or the only one).

    Raises ExpError when there is none of that name, or none to choose.
    """
    if name is None:
        name = settings.core_remote or _only(settings)
    remote = settings.remotes.get(name.lower())
    if remote is None:
        close = near(name.lower(), list(settings.remotes))
        known = close or sorted(settings.remotes)
        raise ExpError(
            f"there is no data remote '{name}'.",
            f"there is {', '.join(f'`{one}`' for one in known)}." if known else _how_to_add(),
        )
    return _resolved(settings, remote)


def _only(settings: Settings) -> str:
    if len(settings.remotes) == 1:
        return next(iter(settings.remotes))
    if settings.remotes:
        names = ", ".join(f"`{name}`" for name in settings.remotes)
        raise ExpError("no data remote is the default.", f"say which with -r: {names}.")
    raise ExpError("the project has no data remote.", _how_to_add())


def _how_to_add() -> str:
    return "add a section to .dvc/config: ['remote \"NAME\"'] with `url = …`, and `remote = NAME` in [core]."


def _resolved(settings: Settings, remote: Remote) -> Remote:
    """Follow `remote://name/path`: the URL of that remote goes on, its options are the default."""
    for _ in range(_MOST_STEPS):
        if not remote.url.startswith(_VIA):
            return remote
        name, _, path = remote.url.removeprefix(_VIA).partition("/")
        base = settings.remotes.get(name.lower())
        if base is None:
            raise ExpError(f"remote '{remote.name}': its url names a remote '{name}', which is not there.")
        url = f"{base.url.rstrip('/')}/{path}" if path else base.url
        remote = replace(remote, url=url, options={**base.options, **remote.options})
    raise ExpError(f"remote '{remote.name}': its url leads back to itself.")
