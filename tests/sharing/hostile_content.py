"""An experiment whose params, metrics, messages and notes hold what terminals, browsers, spreadsheets and
parsers could obey or choke on."""

from __future__ import annotations

import json
from pathlib import Path

from tests.programs import git
from tests.repos import DVC_GITIGNORE, commit_all, make_repo, write_files

NAME = "odd"
ESCAPES = (
    "\x1b[31mred\x1b[0m",
    "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "\x1b]52;c;ZXZpbA==\x07",
    "\x9b31m",
    "\u202eright to left\u2066",
    "a\x00b\rc\nd\te\x08",
)
MARKUP = (
    "<img src=x onerror=owned()>",
    "</script><script>owned()</script>",
    "[red]bold[/red]",
    "a|b`c`",
    "=cmd|' /C calc'!A0",
    "\u05e9\u05dc\u05d5\u05dd",
)
# What must never reach a terminal: C0 but line ends, C1, and what turns the direction of text.
CONTROL = frozenset(
    [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) != "\n"]
    + list("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)

MANIFEST = """\
stages:
  train:
    cmd: python train.py
    params:
    - params.json:
    - params.toml:
    - params.py:
    metrics:
    - metrics.json:
        cache: false
    - broken.json:
        cache: false
"""


def _params(rate: float) -> dict[str, str]:
    texts = [*ESCAPES, *MARKUP]
    odd = {
        "lr": rate,
        "texts": dict(zip(texts, reversed(texts), strict=True)),
        "list": texts,
        "key.with.dots": 1,
        "long": "x" * 10_000_000,
        "huge": 10**400,
        "columns": {f"c{i}": i * rate for i in range(5000)},
    }
    return {
        "params.yaml": f'lr: {rate}\n"\\e[1mkey": "\\u202e\\0"\nhuge: {10**400}\n? 2020-01-01\n: .nan\n',
        "params.json": json.dumps(odd),
        "params.toml": f'lr = {rate}\n"\\u001B[31m" = "<b>"\nn = nan\ninfinite = -inf\n',
        "params.py": f"LR = {rate}\nTEXT = '\\x1b]0;title\\x07'\nHUGE = {10**400}\n",
        "metrics.json": f'{{"acc": {rate}, "nan": NaN, "inf": Infinity, "low": -Infinity, "\\u001b[31m": 1, '
        f'"=1+1": 2, "</script>": 3, "huge": {10**400}, "text": {json.dumps(texts[0])}}}',
        "broken.json": '{"deep": ' + "[" * 100_000,
    }


def make_odd(path: Path) -> Path:
    """The repository at `path`: such content in HEAD, in an experiment, in its message and author's name."""
    make_repo(
        path, {".dvc/config": "", ".dvc/.gitignore": DVC_GITIGNORE, "dvc.yaml": MANIFEST, **_params(0.1)}
    )
    head = git(path, "rev-parse", "HEAD")
    write_files(path, _params(0.2))
    git(path, "config", "user.name", f"{ESCAPES[0]}{MARKUP[0]}")
    commit = commit_all(path, "exp: " + " ".join(ESCAPES[:3]) + MARKUP[1])
    git(path, "config", "user.name", "A")
    git(path, "reset", "-q", "--hard", head)
    git(path, "update-ref", f"refs/exps/{head[:2]}/{head[2:]}/{NAME}", commit)
    return path
