"""Revisions side by side: metrics, params and code; as text, Markdown and DVC's JSON."""
