"""A report as one HTML file: data, style and script inside, nothing loaded from anywhere."""

from __future__ import annotations

from html import escape
from pathlib import Path

from gitexp.screen.page_data import script_json
from gitexp.screen.report.data import Report, report_data

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
_PARTS = Path(__file__).parent


def report_page(report: Report) -> str:
    """The page. Its script puts content in as text only: what is in the data is never markup."""
    style = (_PARTS / "report.css").read_text(encoding="utf-8")
    scripts = [(_PARTS / name).read_text(encoding="utf-8") for name in ("report_charts.js", "report.js")]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{escape(report.title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        "<noscript>This report is drawn by a script of its own.</noscript>\n"
        f'<script type="application/json" id="data">{script_json(report_data(report))}</script>\n'
        + "".join(f"<script>\n{script}</script>\n" for script in scripts)
        + "</body>\n</html>\n"
    )
