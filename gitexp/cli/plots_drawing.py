"""What `exp plots show` and `diff` do with plots once they are read: print, draw, write a page."""

from __future__ import annotations

import sys
import webbrowser
from collections.abc import Mapping
from pathlib import Path

from gitexp.atomic import write_atomic
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.plots.record import Image, PlotSet, without_repeats
from gitexp.experiment.plots.template_files import find_templates
from gitexp.pipeline.stage import Value
from gitexp.project import Project
from gitexp.screen.answer import write_as_dvc
from gitexp.screen.json_text import to_json_as_dvc
from gitexp.screen.page_data import make_folder, write_page
from gitexp.screen.plots.page import plots_page
from gitexp.screen.plots.pictures import png_picture, svg_picture, vega_script
from gitexp.screen.plots.spec import fill_template, plots_data
from gitexp.screen.plots.templates import BUILT_IN
from gitexp.screen.plots.term import Canvas, term_plots
from gitexp.screen.talk import print_warning
from gitexp.screen.terminal import columns, has_colour, has_unicode
from gitexp.screen.unread import hint_data, why_unread

FOLDER = "dvc_plots"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user wants of the plots; nothing in particular is a page in `out`.

    What is not said here is as `plots.out_dir`, `plots.html_template` and `plots.auto_open` say.
    """

    out: Path | None = None
    json: bool = False
    vega: bool = False
    term: bool = False
    open: bool = False
    page: Path | None = None  # an HTML file of the user's own to fill


def draw(project: Project, plots: PlotSet, wish: Wish) -> None:
    """Give the plots out as wished; what could not be read is a warning. Raises ExpError."""
    for problem in plots.problems:
        parts = dict.fromkeys((problem.rev, problem.id or "the pipeline", problem.source or ""))
        where = ": ".join(filter(None, parts))
        print_warning(f"{where}: {why_unread(problem.type, problem.message)}")
    if any(problem.type == "FileNotFoundError" for problem in plots.problems):
        hint_data()
    names = [entry.plot.template for entry in plots.entries if entry.plot]
    if wish.term:
        _refuse_nothing(plots)
        canvas = Canvas(columns(), has_unicode(), has_colour())
        sys.stdout.write("\n".join(term_plots(without_repeats(plots), canvas)) + "\n")
        return
    templates = find_templates(project, names, BUILT_IN)
    if wish.json:
        images = _write_images(plots, _folder(project, wish).absolute())
        write_as_dvc(plots_data(plots, templates, images))
    elif wish.vega:
        sys.stdout.write(to_json_as_dvc(_only_spec(plots, templates)) + "\n")
    elif wish.out is not None and wish.out.suffix.lower() in (".png", ".svg"):
        _write_picture(wish.out, _only_spec(plots, templates))
    else:
        _write_page(project, plots, templates, wish)


def _only_spec(plots: PlotSet, templates: Mapping[str, Value]) -> Value:
    """The spec of the one plot there is; of several, one beside the other is no spec to hand on."""
    drawn = [entry.plot for entry in plots.entries if entry.plot]
    if len(drawn) != 1:
        names = ", ".join(plot.id for plot in drawn[:5])
        raise ExpError(
            f"this takes exactly one plot, not {len(drawn)}: {names}."
            if drawn
            else "there is no plot to draw.",
            "name the plot as a target." if drawn else None,
        )
    return fill_template(templates[drawn[0].template], drawn[0])


def _write_picture(path: Path, spec: Value) -> None:
    content = png_picture(spec) if path.suffix.lower() == ".png" else svg_picture(spec).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, content)
    sys.stdout.write(f"{path}\n")


def _write_images(plots: PlotSet, folder: Path) -> dict[Image, Path]:
    """Each image beside the others, named by revision and path as DVC names them."""
    written: dict[Image, Path] = {}
    for image in (image for entry in plots.entries for image in entry.images):
        name = f"{image.rev}_{image.path}".replace("/", "_").replace("\\", "_")
        make_folder(folder)
        written[image] = folder / name
        write_atomic(written[image], image.content)
    return written


def _write_page(project: Project, plots: PlotSet, templates: Mapping[str, Value], wish: Wish) -> None:
    _refuse_nothing(plots)
    out = _folder(project, wish)
    path = (out if out.suffix.lower() in (".html", ".htm") else out / "index.html").absolute()
    page = wish.page or project.settings.plots.html_template
    custom = _text(page) if page else None
    script = vega_script(project.repo.state_dir / "cache") if templates else ""
    write_page(path, plots_page(without_repeats(plots), templates, script, custom))
    sys.stdout.write(f"{path.as_uri()}\n")
    if (wish.open or project.settings.plots.auto_open) and not webbrowser.open(path.as_uri()):
        print_warning("no browser could be opened.")


def _refuse_nothing(plots: PlotSet) -> None:
    """Raises ExpError when nothing could be shown: an empty page is no answer."""
    if not any(entry.plot or entry.images for entry in plots.entries):
        hint = "list files under `plots:` in dvc.yaml, or name a data file as a target."
        if plots.problems:
            hint = "`exp run` makes them here; `exp plots diff NAME` draws those of an experiment."
        raise ExpError("there is no plot with data.", hint)


def _folder(project: Project, wish: Wish) -> Path:
    """Where pages and images go; relative to where the user stands."""
    return wish.out or Path(project.settings.plots.out_dir or FOLDER)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ExpError(f"{path}: can't be read: {error}.") from error
