"""Tracked data, cache and remotes: what commands did or found, in words and as data for JSON."""
