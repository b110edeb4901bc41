"""`python -m gitexp.cli`: the same as `exp`, for workers that must run this very installation."""

from gitexp.cli import entry

entry()
