"""A sweep written down in a file, for those too large to type: `exp run --sweep FILE.yaml`.

params:                          each becomes an override; a key is written as after -S
  train.optimizer: adam          one value: it is the same in every experiment
  train.layers: [2, 3, 4]        several: an axis of the grid
  train.units: {choice: [64, [64, 64]]}
  train.epochs: {range: [10, 50, 10]}          10, 20, 30, 40: the end is not in it
  train.lr: {interval: [1e-5, 1e-1], log: true}       only with mode random
  train.batch: {interval: [16, 256], log: true, int: true}
  other.yaml:model.depth: [1, 2]
mode: grid                       or random: `n` points, drawn with `seed`
n: 100
seed: 7
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError, near
from gitexp.pipeline.stage import Value
from gitexp.pipeline.yaml import parse_yaml

_KEYS = ("params", "mode", "n", "seed")


@dataclass(frozen=True, slots=True)
class SweepFile:
    """`overrides` as after -S. `count`: how many points are drawn, None for a grid."""

    overrides: tuple[str, ...]
    count: int | None = None
    seed: int | None = None


def load_sweep(path: Path) -> SweepFile:
    """`read_sweep` of the file at `path`."""
    try:
        return read_sweep(path.read_bytes(), str(path))
    except OSError as error:
        raise ExpError(f"{path}: {error.strerror}.") from error


def read_sweep(text: bytes, name: str) -> SweepFile:
    """The sweep in a file. Raises ExpError that names what is wrong in it."""
    data = parse_yaml(text, name)
    if not isinstance(data, dict) or not isinstance(data.get("params"), dict) or not data["params"]:
        hint = "as in `params: {train.lr: [0.1, 0.2]}`."
        raise ExpError(f"{name}: a sweep is a mapping with `params`.", hint)
    _require_known(name, data, _KEYS)
    mode = data.get("mode", "grid")
    if mode not in ("grid", "random"):
        raise ExpError(f"{name}: mode is grid or random, not {mode!r}.")
    count = _whole(name, data, "n")
    if mode == "random" and not count:
        raise ExpError(f"{name}: mode random needs `n`, how many experiments.")
    if mode == "grid" and count is not None:
        raise ExpError(f"{name}: a grid has as many experiments as combinations; `n` is for mode random.")
    overrides = tuple(f"{key}={_values(name, key, spec)}" for key, spec in data["params"].items())
    return SweepFile(overrides, count, _whole(name, data, "seed"))


def value_text(value: Value) -> str:
    """A value as Hydra's grammar writes it."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}:{value_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(value_text, value)) + "]"
    escaped = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _values(name: str, key: str, spec: Value) -> str:
    if isinstance(spec, list):
        return _choice(name, key, spec)
    if not isinstance(spec, dict):
        return value_text(spec)
    _require_known(f"{name}: {key}", spec, ("choice", "range", "interval", "log", "int"))
    kinds = [kind for kind in ("choice", "range", "interval") if kind in spec]
    if len(kinds) != 1 or not isinstance(spec[kinds[0]], list):
        raise ExpError(
            f"{name}: {key}: one of choice, range and interval is expected, with a list.",
            "as in {interval: [0.1, 1.0], log: true}.",
        )
    if kinds[0] == "interval":
        return _interval(name, key, spec)
    values = spec[kinds[0]]
    if kinds[0] == "choice":
        return _choice(name, key, values)
    _require_numbers(name, key, values, (2, 3))
    return f"range({','.join(map(repr, values))})"


def _choice(name: str, key: str, values: list[Value]) -> str:
    if not values:
        raise ExpError(f"{name}: {key} has no values.")
    return ",".join(map(value_text, values))


def _interval(name: str, key: str, spec: dict[Value, Value]) -> str:
    ends = spec["interval"]
    _require_numbers(name, key, ends, (2,))
    text = f"interval({ends[0]!r},{ends[1]!r})"
    if spec.get("log"):
        text = f"tag(log,{text})"
    return f"int({text})" if spec.get("int") else text


def _require_numbers(name: str, key: str, values: list[Value], counts: tuple[int, ...]) -> None:
    numbers = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)
    if len(values) not in counts or not numbers:
        raise ExpError(f"{name}: {key}: {' or '.join(map(str, counts))} numbers are expected.")


def _whole(name: str, data: dict[Value, Value], key: str) -> int | None:
    value = data.get(key)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
        raise ExpError(f"{name}: {key} is a whole number, not {value!r}.")
    return value


def _require_known(where: str, data: dict[Value, Value], known: Iterable[str]) -> None:
    names = list(known)
    for key in data:
        if key not in names:
            close = near(str(key), names)
            raise ExpError(
                f"{where}: '{key}' is not known here.",
                f"did you mean {close[0]}?" if close else f"it may have {', '.join(names)}.",
            )
