"""gitexp: experiments that live inside Git.

The rooms, from the ground up. Imports run one way, downwards in this list read from the bottom:

    errors      one error type with a hint, and the exit codes (beside it: content, the hash record;
                atomic, files written beside and renamed; deferred, the few imports that wait)
    git         all of .git: refs, objects, snapshot, worktrees, transport
    project     where things are: the DVC root, its config, our settings
    pipeline    files in, frozen records out; runs nothing
    cache       content-addressed outs: hashing, store, links
    build       bring outs up to date: plan with reasons, commands, builder, run cache
    experiment  one run from snapshot to ref; what changes and lists experiments
    queue       jobs, workers, slots
    screen      events and records -> terminal, JSON, CSV, Markdown
    cli         one file a command; main(argv) -> exit code

    cli > screen > queue > experiment > build > cache | pipeline > project > git > errors

The life of `exp run -S train.lr=0.1`:
find the project -> snapshot the workspace into a tree -> check it out in a pooled worktree -> apply the
overrides there -> plan (up to date, restore, run; with reasons) -> build, stages in parallel -> write
dvc.lock -> commit with the baseline as parent -> create the ref under refs/exps/ (the commit point) -> leave.
"""

__version__ = "0.1.0"
