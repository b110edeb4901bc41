"""The options that tables of experiments share: those of which commits, and which metrics are better low."""

from __future__ import annotations

import typer

REV = typer.Option(None, "--rev", metavar="REV", help="Experiments of this commit. Repeatable.")
NUM = typer.Option(1, "-n", "--num", help="That many first-parent commits; negative: all of them.")
ALL_COMMITS = typer.Option(False, "-A", "--all-commits", help="HEAD and every commit with experiments.")
ALL_BRANCHES = typer.Option(False, "-a", "--all-branches", help="The tips of all branches.")
ALL_TAGS = typer.Option(False, "-T", "--all-tags", help="All tags.")
MINIMIZE = typer.Option(
    None, "--minimize", metavar="METRIC", help="Less is better; its best value is marked. Repeatable."
)
MAXIMIZE = typer.Option(
    None, "--maximize", metavar="METRIC", help="More is better. By default the metric's name decides."
)
