"""Plots as one HTML file that needs nothing else: no network, no server."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

from gitexp.content import Value
from gitexp.errors import ExpError
from gitexp.experiment.plots.record import PlotEntry, PlotProblem, PlotSet
from gitexp.screen.page_data import data_url, script_json
from gitexp.screen.plots.spec import fill_template

# Nothing may be loaded from anywhere. Vega compiles its expressions: that is what 'unsafe-eval' is for.
_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline' 'unsafe-eval'; font-src data:"
)
_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 84rem;
  padding: 0 1rem; color: #1f2328; }
h1 { font-size: 1.3rem; font-weight: 600; } h1 small { color: #656d76; font-weight: 400; }
main { display: flex; flex-wrap: wrap; gap: 1.5rem; align-items: flex-start; }
section { border: 1px solid #d0d7de; border-radius: 8px; padding: 1rem; max-width: 100%; overflow-x: auto; }
section.wide { flex-basis: 100%; }
h2 { font-size: 1rem; margin: 0 0 .5rem; overflow-wrap: anywhere; }
figure { display: inline-block; margin: 0 1rem 0 0; } figure img { max-width: 24rem; min-width: 6rem; }
figcaption { color: #656d76; font-size: .85rem; }
.problem { color: #9a3412; }
"""
_DRAW = """
for (const element of document.querySelectorAll('.vega')) {
  const spec = JSON.parse(element.nextElementSibling.textContent);
  vegaEmbed(element, spec, {actions: {export: true, source: false, compiled: false, editor: false}})
    .catch(error => {
      element.className = 'problem';
      element.textContent = 'This plot can\\u2019t be drawn: ' + error.message;
    });
}
"""
_MARKER = "{plot_divs}"  # where a custom page wants the plots


def plots_page(plots: PlotSet, templates: Mapping[str, Value], script: str, custom: str | None = None) -> str:
    """The page. `script` defines vegaEmbed; `custom` is a page of the user's own, with a place for plots."""
    sections = "\n".join(_section(entry, templates) for entry in plots.entries)
    problems = "".join(_problem(one) for one in plots.problems)
    scripts = f"<script>{_inline(script)}</script>\n<script>{_DRAW}</script>"
    if custom is not None:
        return _into_custom(custom, sections, scripts)
    revisions = escape(", ".join(plots.revisions))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>Plots: {revisions}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>Plots <small>{revisions}</small></h1>\n<main>\n{sections}\n</main>\n{problems}{scripts}\n"
        "</body>\n</html>\n"
    )


def _problem(problem: PlotProblem) -> str:
    text = f"{problem.rev}: {problem.id or 'the pipeline'}: {problem.message}"
    return f'<p class="problem">{escape(text)}</p>\n'


def _into_custom(custom: str, sections: str, scripts: str) -> str:
    """The user's page with DVC's marker, {plot_divs}, filled; {scripts} is not needed and goes."""
    if _MARKER not in custom:
        raise ExpError(f"the page has no {_MARKER}: there is no place for the plots in it.")
    return custom.replace("{scripts}", "").replace(_MARKER, f"{sections}\n{scripts}")


def _section(entry: PlotEntry, templates: Mapping[str, Value]) -> str:
    name = re.sub(r"\W", "_", entry.id)
    body = ""
    if entry.plot is not None:
        spec = fill_template(templates[entry.plot.template], entry.plot)
        body = f'<div class="vega"></div><script type="application/json">{script_json(spec)}</script>'
    for image in entry.images:
        body += (
            f'<figure><img src="{data_url(image)}" alt="{escape(image.path)}">'
            f"<figcaption>{escape(image.rev)}</figcaption></figure>"
        )
    if not body:
        body = '<p class="problem">no data</p>'
    titled = entry.plot is not None and entry.plot.title == entry.id
    heading = "" if titled else f"<h2>{escape(entry.id)}</h2>"
    return f'<section id="{name}">{heading}{body}</section>'


def _inline(script: str) -> str:
    """A script as the text of a script element: a string in it may hold what would end the element."""
    return re.sub(r"</(script)", r"<\\/\1", script, flags=re.IGNORECASE).replace("<!--", "<\\!--")
