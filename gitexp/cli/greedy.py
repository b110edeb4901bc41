"""`--targets a b c`: an option that takes every word after it, as DVC's does. Click knows no such option."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from typer.core import TyperCommand

OPTION = "--targets"


class GreedyCommand(TyperCommand):
    """A command whose `--targets`, if it has one, goes on until the next option."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        has_one = any(OPTION in param.opts for param in self.params)
        return super().parse_args(ctx, list(spread(args, OPTION)) if has_one else args)


def spread(args: Sequence[str], option: str) -> Iterator[str]:
    """The option again before each of its words. `--` ends all options, also this one."""
    greedy = False
    for place, word in enumerate(args):
        if word == "--":
            yield from args[place:]
            return
        if word.startswith("-") and word != "-":
            greedy = word == option
            if not greedy:
                yield word
        else:
            yield from (option, word) if greedy else (word,)
