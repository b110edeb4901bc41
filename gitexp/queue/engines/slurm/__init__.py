"""The queue on a Slurm cluster: job arrays, no process of ours outside of them, nothing to install.

    commands     sbatch, squeue, scancel, scontrol: every call of them, each odd flag with its reason
    terms        what may be asked of Slurm: by option, by stage, by `git config exp.slurm.*`
    script       the batch script and the list of entries that its tasks run
    engine       submit, poll, cancel, logs
    words        Slurm's job states as ours
    allocation   inside a job: signals, why they came, running an entry again

The repository and the cache lie on a file system that login node and compute nodes share, under one path.
"""
