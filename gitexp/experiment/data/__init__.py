"""Tracked data: add, checkout, commit, status, to and from data remotes; garbage and damage."""
