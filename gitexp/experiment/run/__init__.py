"""From a request to a commit under refs/exps/; sweeps; repro, verify, rebase."""
