"""One run from snapshot to ref, and what lists and changes experiments.

    change       apply, branch, remove, rename, save, undo; edits of manifests
    plots        which plots revisions define, and their points
    run          from a request to a commit under refs/exps/; sweeps; repro, verify, rebase
    share        to and from Git remotes, with their data
    data         tracked data: add, checkout, commit, status, data remotes; garbage and damage
    table        experiments with what they hold: rows, columns, conditions, groups, history, comparisons
    jobs         what runs tell of themselves on disk; those that failed or were lost
    environment  what runs find around them: interpreter, packages, machine

Imports run one way, downwards in this list. Beside these rooms and below them stands what all of them need:
the records, names, messages and refs of experiments.
"""
