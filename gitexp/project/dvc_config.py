"""DVC's config files: system, global, repository, local; later ones win; unknown keys are an error."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError, near
from gitexp.project.dvc_schema import NAMED, OPEN_SECTIONS, PATH_KEYS, SECTIONS

_SECTION = re.compile(r"""\[\s*(?:'([^']*)'|"([^"]*)"|([^\]]*?))\s*\]\s*(?:\#.*)?""")
_NAMED = re.compile(r'(remote|machine|db)\s*"(.*)"')
_SETTING = re.compile(r"""(?P<key>"[^"]*"|'[^']*'|[^'"=\s][^=]*?)\s*=\s*(?P<value>.*)""")
_VALUE = re.compile(r"""(?:"([^"]*)"|'([^']*)'|([^#]*?))\s*(?:\#.*)?""")
_SCHEME = re.compile(r"\w+://")


@dataclass(frozen=True, slots=True)
class Section:
    """Where a setting stands: ('core', ''), or ('remote', 'name') for `['remote "name"']`."""

    kind: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind}.{self.name}" if self.name else self.kind


Config = dict[Section, dict[str, str]]


def read_dvc_config(root: Path, environ: Mapping[str, str] = os.environ) -> Config:
    """The config of the DVC project at `root`: names and keys lower-cased, paths absolute.

    Raises ExpError, with file and line, for what DVC would refuse.
    """
    return _merged(config_files(root, environ))


def user_config(environ: Mapping[str, str] = os.environ) -> Config:
    """What the machine and the user say, whatever the project. Raises ExpError as `read_dvc_config` does."""
    return _merged(config_files(Path("/"), environ)[:2])


def _merged(files: Iterable[Path]) -> Config:
    merged: Config = {}
    for path in files:
        for section, settings in read_file(path).items():
            merged.setdefault(section, {}).update(settings)
    return merged


def config_files(root: Path, environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Where the four levels are, the weakest first."""
    home = Path(environ.get("HOME") or "/")
    system = environ.get("XDG_CONFIG_DIRS", "").split(os.pathsep)[0] or "/etc/xdg"
    user = environ.get("XDG_CONFIG_HOME") or home / ".config"
    return (
        Path(environ.get("DVC_SYSTEM_CONFIG_DIR") or Path(system, "dvc")) / "config",
        Path(environ.get("DVC_GLOBAL_CONFIG_DIR") or Path(user, "dvc")) / "config",
        root / ".dvc" / "config",
        root / ".dvc" / "config.local",
    )


def read_file(path: Path) -> Config:
    """One config file, checked; nothing when it does not exist."""
    try:
        text = path.read_text("utf-8-sig", "replace")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    found: Config = {}
    section = None
    for number, line in _lines(text):
        where = f"{path}:{number}"
        if line.startswith("["):
            section = _section(line, where)
            found.setdefault(section, {})
            continue
        match = _SETTING.fullmatch(line)
        if match is None or section is None:
            raise ExpError(f"{where}: this is neither `[section]` nor `key = value`: {line}")
        key = match["key"].strip("'\"").lower()
        _check_key(section, key, where)
        found[section][key] = _value(section, key, match["value"], path)
    return found


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if line and not line.startswith("#"):
            yield number, line


def _section(line: str, where: str) -> Section:
    match = _SECTION.fullmatch(line)
    if match is None:
        raise ExpError(f"{where}: this is no `[section]`: {line}")
    title = next(text for text in match.groups() if text is not None).strip()
    named = _NAMED.fullmatch(title)
    if named:
        return Section(named[1], named[2].lower())
    kind = title.lower()
    if kind not in SECTIONS and kind not in OPEN_SECTIONS:
        raise ExpError(f"{where}: DVC has no config section '{title}'.", _suggestion(kind, list(SECTIONS)))
    return Section(kind)


def _check_key(section: Section, key: str, where: str) -> None:
    if section.kind in OPEN_SECTIONS:
        return
    known = NAMED.get(section.kind) or SECTIONS[section.kind]
    if key not in known:
        raise ExpError(f"{where}: DVC has no setting '{section}.{key}'.", _suggestion(key, sorted(known)))


def _suggestion(word: str, known: list[str]) -> str | None:
    close = near(word, known)
    if close:
        return f"did you mean {' or '.join(f'`{name}`' for name in close)}?"
    return "settings of gitexp itself are in Git's config: `git config exp.jobs 4`."


def _value(section: Section, key: str, written: str, path: Path) -> str:
    match = _VALUE.fullmatch(written)
    value = next((text for text in match.groups() if text is not None), "") if match else written
    if key not in PATH_KEYS.get(section.kind, ()) or _SCHEME.match(value) or not value:
        return value
    return os.path.normpath(path.parent / os.path.expanduser(value))
