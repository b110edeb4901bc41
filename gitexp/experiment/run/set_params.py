"""Write the params files of a run: overrides, and Hydra's composition where the project wants it."""

from __future__ import annotations

from pathlib import Path

from gitexp.errors import ExpError
from gitexp.pipeline.edit.params import apply_overrides
from gitexp.pipeline.override.hydra_compose import compose_params
from gitexp.pipeline.override.overrides import by_file, parse_overrides
from gitexp.pipeline.params import DEFAULT_FILE
from gitexp.project import HydraSettings


def set_params(root: Path, texts: tuple[str, ...], folder: str, hydra: HydraSettings) -> None:
    """Write what `changed_params` gives into the DVC root `root`. Raises ExpError."""
    for path, data in changed_params(root, texts, folder, hydra).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def changed_params(
    root: Path, texts: tuple[str, ...], folder: str, hydra: HydraSettings
) -> dict[Path, bytes]:
    """The params files below the DVC root `root` that overrides change, as they will be.

    A file is looked for in `folder`, where the user stands, before the root. With Hydra composition switched
    on, the root's params.yaml is composed anew and takes the overrides meant for it. Raises ExpError.
    """
    grouped = by_file(parse_overrides(texts, composed=DEFAULT_FILE if hydra.enabled else None))
    changed = {}
    if hydra.enabled:
        changed[root / DEFAULT_FILE] = compose_params(root, hydra, grouped.pop(DEFAULT_FILE, ()))
    for name, overrides in grouped.items():
        path = _params_file(root, name, folder)
        data = path.read_bytes() if path.is_file() else None
        changed[path] = apply_overrides(name, data, overrides)
    return changed


def _params_file(root: Path, name: str, folder: str) -> Path:
    places = [root / folder / name, root / name]
    place = next((found for found in places if found.is_file()), root / name)
    if root.resolve() not in place.resolve().parents:
        # A link, or '../': writing there would change a file that is not the experiment's own.
        raise ExpError(f"`-S {name}:…`: that file is not inside the project.", "name it from the DVC root.")
    return place
