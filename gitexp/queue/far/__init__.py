"""Entries that run on machines which share nothing with this one: out by Git, and home again."""
