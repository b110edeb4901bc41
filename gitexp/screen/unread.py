"""Files of metrics, params and plots that could not be read: for each a line that says why."""

from __future__ import annotations

from collections.abc import Mapping

from gitexp.experiment.record import FileValues
from gitexp.screen.talk import print_warning, say

_MOST = 5  # lines; metrics of all commits may lack thousands of files


def warn_unread(found: Mapping[str, Mapping[str, FileValues]]) -> None:
    """A warning for each file of each revision ('': the workspace) that could not be read, up to a few."""
    bad = [
        (rev or "workspace", file, values.error)
        for rev, files in found.items()
        for file, values in files.items()
        if values.error
    ]
    for rev, file, (kind, text) in bad[:_MOST]:
        print_warning(f"{rev}: {file}: {why_unread(kind, text)}")
    if len(bad) > _MOST:
        print_warning(f"{len(bad) - _MOST} more files could not be read.")
    if any(kind == "FileNotFoundError" for _, _, (kind, _) in bad):
        hint_data()


def why_unread(kind: str, text: str) -> str:
    """The reason in a few words. `kind` and `text` are the name and the words of DVC's exception."""
    if kind != "FileNotFoundError":
        return text
    return "it is not in the cache." if "No storage files" in text else "there is no such file."


def hint_data() -> None:
    say("hint: data that is not on this machine comes with `exp data pull`, of a revision with `--rev`.")
