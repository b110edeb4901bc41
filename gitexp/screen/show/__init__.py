"""The table of experiments: for people, and as JSON, CSV, Markdown."""
