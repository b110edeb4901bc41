"""`exp plots show`: the plots of the workspace as a page, a picture, JSON, or in the terminal."""

from __future__ import annotations

from pathlib import Path

import typer

from gitexp.cli.plots_drawing import Wish, draw
from gitexp.experiment.plots.plots import PlotRequest, collect_plots
from gitexp.pipeline.stage import PlotStyle
from gitexp.project import find_project
from gitexp.screen.answer import as_dvc
from gitexp.screen.plots.spec import PlotsAnswer

ANSWER = as_dvc("plots show", PlotsAnswer)


def command(
    targets: list[str] = typer.Argument(
        None, metavar="[TARGET]...", help="Plots by id, data files, folders."
    ),
    template: str = typer.Option(
        None, "-t", "--template", metavar="NAME", help="A built-in template, one in .dvc/plots, or a path."
    ),
    x: str = typer.Option(None, "-x", metavar="FIELD", help="What goes along the x axis."),
    y: list[str] = typer.Option(None, "-y", metavar="FIELD", help="What goes up the y axis. Repeatable."),
    no_header: bool = typer.Option(False, "--no-header", help="The CSV or TSV has no line of names."),
    title: str = typer.Option(None, "--title", metavar="TEXT", help="Title of the plot."),
    x_label: str = typer.Option(None, "--x-label", metavar="TEXT", help="Name of the x axis."),
    y_label: str = typer.Option(None, "--y-label", metavar="TEXT", help="Name of the y axis."),
    out: Path = typer.Option(
        None, "-o", "--out", metavar="PATH", help="A folder, or a file: .html, .png or .svg."
    ),
    show_vega: bool = typer.Option(False, "--show-vega", help="Print the Vega-Lite of one plot."),
    json: bool = typer.Option(False, "--json", help="The JSON of `dvc plots show`."),
    term: bool = typer.Option(False, "--term", help="Draw in the terminal."),
    open: bool = typer.Option(False, "--open", help="Open the page in the browser."),
    html_template: Path = typer.Option(
        None, "--html-template", metavar="PATH", help="A page of yours; {plot_divs} is where plots go."
    ),
) -> None:
    """Show plots. A page opens offline; it and pictures need `gitexp[plots]`, --term and --json do not."""
    project = find_project()
    header = False if no_header else None
    style = PlotStyle(template, x, list(y) if y else None, x_label, y_label, title, header)
    plots = collect_plots(project, PlotRequest(targets=tuple(targets or ()), style=style))
    draw(project, plots, Wish(out, json, show_vega, term, open, html_template))
