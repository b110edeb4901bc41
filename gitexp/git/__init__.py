"""All of .git: refs, objects, snapshot, worktrees, transport. No other room runs git or imports pygit2.

command        run one git process with a clean environment
repo           find the repository, HEAD, what forbids a run; Git's config
refs           list, read, resolve, create, change
objects        read blobs, trees, commits; write a commit
tree_files     the files of a commit, for the pipeline's readers
snapshot       the workspace as a tree, without touching the user's index
worktree       a pool of linked worktrees; its parts: pool_slot (who has which), pool_checkout (make one
               hold a tree), pool_clean (nothing is left of the last run)
submodules     fill a worktree's submodules from the user's checkouts
restore        files of a tree into the working tree, the index left as it is
untrack        take out of a worktree's index what only the snapshot added
ignore         what Git ignores and lists
transport      push, fetch, list a remote
"""
