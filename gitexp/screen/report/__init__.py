"""`exp report`: one HTML page, or Markdown."""
