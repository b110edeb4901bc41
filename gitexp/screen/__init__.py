"""Events and records to terminal, JSON, CSV, Markdown, HTML. The only room that imports rich and Textual.

    ui      `exp ui`: the table to walk about in
    report  `exp report`: one page, or Markdown
    show    the table of experiments
    plots   Vega-Lite specs, pages, pictures, curves in a terminal
    dag     a DAG as a picture of characters
    run     a run as it happens and as it ended

Beside these stand the views of single commands, and what all of them are made of: cells, tables, JSON, pager.
"""
