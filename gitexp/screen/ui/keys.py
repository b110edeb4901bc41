"""The keys of `exp ui`, in the order in which its help tells them."""

from __future__ import annotations

from gitexp.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Keys:
    """Names of keys as Textual has them; `action` is a method action_… of the screen; `short` stands in its
    last line, where there is room."""

    names: str
    shown: str
    action: str
    tells: str
    short: str = ""


TABLE = (
    Keys("question_mark", "?", "help", "this help", "help"),
    Keys("q,ctrl+c", "q", "leave", "leave; Ctrl-C does too", "quit"),
    Keys(
        "slash",
        "/",
        "filter",
        "those of which a condition is true, as for `exp show --where`",
        "filter",
    ),
    Keys("s", "s", "sort", "order by this column: better ones first, the other way, not at all", "sort"),
    Keys(
        "enter",
        "Enter",
        "story",
        "one experiment whole: params, metrics, stages, how to repeat it",
        "open",
    ),
    Keys("space", "Space", "mark", "mark or unmark, and go on", "mark"),
    Keys(
        "d",
        "d",
        "compare",
        "the marked ones; or this one with the marked one or its baseline",
        "diff",
    ),
    Keys("l", "l", "output", "what its stages printed; follows a run that goes on", "log"),
    Keys("a", "a", "apply", "bring its files into the workspace; asks first", "apply"),
    Keys("minus", "-", "hide", "hide this column", "hide"),
    Keys("c", "c", "columns", "choose columns", "columns"),
    Keys("plus,equals_sign", "+", "unhide", "show all hidden columns again, but deps"),
    Keys("S", "S", "sort_also", "order by this column too, where the order so far leaves rows alike"),
    Keys("m", "m", "only_marked", "only the marked ones, and all again"),
    Keys("u", "u", "unmark", "unmark all"),
    Keys("t", "t", "flat", "one list of the experiments of all baselines, and the tree again"),
    Keys("w", "w", "watch", "what runs now"),
    Keys("r", "r", "reload", "read everything again; what is new comes by itself"),
    Keys("escape", "Esc", "all", "no filter, all rows"),
    Keys("up,k", "↑ k", "move(-1)", "a row up"),
    Keys("down,j", "↓ j", "move(1)", "a row down"),
    Keys("pageup,ctrl+b", "PgUp", "page(-1)", "a page up"),
    Keys("pagedown,ctrl+f", "PgDn", "page(1)", "a page down"),
    Keys("home,g", "Home g", "move(-1000000000)", "the first row"),
    Keys("end,G", "End G", "move(1000000000)", "the last row"),
    Keys("left", "←", "move_column(-1)", "a column left"),
    Keys("right", "→", "move_column(1)", "a column right"),
    Keys("ctrl+z", "Ctrl-Z", "pause", "to the shell; `fg` comes back"),
)

PAGE = (
    Keys("q,escape,enter", "q", "back", "back to the table", "back"),
    Keys("ctrl+c", "Ctrl-C", "leave", "leave"),
    Keys("up,k", "↑ k", "move(-1)", "a line up", "scroll"),
    Keys("down,j", "↓ j", "move(1)", "a line down"),
    Keys("pageup,ctrl+b,b", "PgUp", "page(-1)", "a page up"),
    Keys("pagedown,ctrl+f,space", "PgDn", "page(1)", "a page down", "page"),
    Keys("home,g", "Home g", "move(-1000000000)", "the first line"),
    Keys("end,G", "End G", "move(1000000000)", "the last line", "end"),
    Keys("left", "←", "aside(-1)", "to the left"),
    Keys("right", "→", "aside(1)", "to the right, where lines are long"),
)

CHOOSER = (
    Keys("enter,q,escape", "Enter", "back", "done", "done"),
    Keys("ctrl+c", "Ctrl-C", "leave", "leave"),
    Keys("space", "Space", "turn", "show or hide", "show/hide"),
    Keys("a", "a", "every", "all", "all"),
    Keys("n", "n", "none", "none but one", "none"),
    Keys("up,k", "↑ k", "move(-1)", "up"),
    Keys("down,j", "↓ j", "move(1)", "down"),
    Keys("pageup,ctrl+b", "PgUp", "page(-1)", "a page up"),
    Keys("pagedown,ctrl+f", "PgDn", "page(1)", "a page down"),
    Keys("home,g", "Home g", "move(-1000000000)", "the first"),
    Keys("end,G", "End G", "move(1000000000)", "the last"),
)


def footer(keys: tuple[Keys, ...], columns: int, unicode: bool = True) -> list[tuple[str, str]]:
    """'?' bold, 'help', …: as many as there is room for."""
    pieces: list[tuple[str, str]] = []
    taken = 0
    for one in keys:
        shown = one.shown if unicode else _ascii(one.shown)
        cost = len(shown) + len(one.short) + 3
        if one.short and taken + cost <= columns:
            pieces += [(shown, "bold"), (f" {one.short}  ", "")]
            taken += cost
    return pieces


def _ascii(text: str) -> str:
    for arrow, word in {"↑": "up", "↓": "down", "←": "left", "→": "right"}.items():
        text = text.replace(arrow, word)
    return text


def help_lines(unicode: bool = True) -> list[list[tuple[str, str]]]:
    """The page of `?`."""
    wide = max(len(one.shown) for one in TABLE) + 2
    lines: list[list[tuple[str, str]]] = []
    for one in TABLE:
        shown = one.shown if unicode else _ascii(one.shown)
        lines.append([(f"  {shown:{wide}}", "bold"), (one.tells, "")])
    return [
        [("Rows are experiments under the commit they stand on; * is the best of a metric.", "")],
        [],
        *lines,
        [],
        [("Conditions, for example:", "")],
        [('    val.loss < 0.2 and train.arch == "resnet"', "")],
        [('    not (lr in (0.1, 0.2)) or Note ~ "again"', "")],
        [('    State == "failed"      Experiment ~ "otter"      Created > "2026-11-01"', "")],
        [],
        [("Nothing here changes anything but `a`, and `exp undo` takes that back.", "")],
    ]
