"""One run from snapshot to ref, and what lists and changes experiments."""
