"""Experiments to and from Git remotes, with their data."""
