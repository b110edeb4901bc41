"""Events and records to terminal, JSON, CSV, Markdown. The only room that imports rich."""
