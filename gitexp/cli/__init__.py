"""The command line: one file a command, loaded only when it runs. `front` is the door.

No code lives here: a command's module becomes a name of this package when it is loaded, and one of them is
called `list`.
"""

from gitexp.cli.front import entry, main

__all__ = ["entry", "main"]
