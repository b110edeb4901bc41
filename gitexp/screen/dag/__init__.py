"""A DAG as a picture of characters, as DOT and as Mermaid."""
