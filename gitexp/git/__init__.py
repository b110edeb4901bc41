"""All of .git: refs, objects, snapshot, worktrees, transport. No other room runs git or imports pygit2."""
