"""All of .git: refs, objects, snapshot, worktrees, transport. The only room that runs git or imports pygit2."""
