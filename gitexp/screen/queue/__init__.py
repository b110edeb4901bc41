"""The queue and what runs: for people, and as data for JSON."""
