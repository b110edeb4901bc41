"""Who runs what is queued: this machine (local), a Slurm cluster, Dask workers, or what others add.

The queue stays ours, the engine is theirs: it is told which entries to run, says of each whether it waits,
runs or is over, cancels, and knows where the output goes. What it runs is one command, `exp worker ID`, which
is safe to run twice. An engine of your own is a function `(project, address) -> Engine` under the entry point
group `gitexp.engines`; `exp queue start --on NAME=ADDRESS` calls it.
"""
