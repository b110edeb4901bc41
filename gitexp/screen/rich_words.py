"""Our words for styles as rich has them: of a colour the shade that can be read on any background."""

from __future__ import annotations

from gitexp.screen.terminal import COLOURS, SHADES, has_shades


def rich_words(words: str) -> str:
    """'bold green' -> 'bold color(28)', where the terminal has so many colours."""
    if not has_shades():
        return words
    return " ".join(f"color({SHADES[COLOURS[w]]})" if w in COLOURS else w for w in words.split())
