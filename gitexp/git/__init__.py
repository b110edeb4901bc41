"""All of .git: refs, objects, snapshot, worktrees, transport. No other room runs git or imports pygit2.

command        run one git process with a clean environment
repo           find the repository, HEAD, what forbids a run; Git's config
refs           list, read, resolve, create, change
objects        read blobs, trees, commits; write a commit
tree_files     the files of a commit, for the pipeline's readers
snapshot       the workspace as a tree, without touching the user's index
worktree       a pool of linked worktrees; pool_slot and pool_clean are its parts
submodules     fill a worktree's submodules from the user's checkouts
ignore         what Git ignores and lists
transport      push, fetch, list a remote
"""
