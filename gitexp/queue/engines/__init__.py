"""Who runs what is queued: this machine (local), a Slurm cluster, Dask workers, or what others add.

The queue stays ours, the engine is theirs: it is told which entries to run, says of each whether it waits,
runs or is over, cancels, and knows where the output goes. What it runs is one command, `exp worker ID…`,
which is safe to run twice. An engine of your own is a function `(project, address) -> Engine` under the
entry point group `gitexp.engines`; `exp queue start --on NAME=ADDRESS` calls it.

What breaks first when there are more of them, and what is done about it. Figures: CPU time on one of two
shared cores, a local disk, Git 2.39, Slurm 22.05 (tests/bench/slurm.py and queued.py; the rest by hand).

At 10,000 experiments:
- Scheduler. Slurm takes MaxArraySize (1,001) tasks in one array and MaxJobCount (10,000) jobs in all. So we
  submit arrays, ten calls of sbatch instead of 10,000, and what is refused stays queued. squeue is asked
  once for all arrays, never once a job; scancel is told ranges of tasks (500 names in one call are 5 s of its
  CPU). Sites limit jobs to far fewer and forbid floods of short ones: `--per-job 20` makes 500 of 10,000.
  Each job is a start of Python, 0.3 s of CPU, which is the node's, and an allocation; 40 short
  experiments on two nodes took 0.63 s each more than the bare commands, ten a job 0.02 (load 4 to 7).
- Listing. The name of an entry's file tells all that changes (order, place, owner, times lost), and what
  entries are called is remembered beside the board: so commands read what they print. At 10,000 queued (and
  at 100,000), in CPU seconds (tests/bench/queued.py): `exp queue status` 0.48 (1.5), add one 0.45 (1.4),
  remove one 0.52 (2.6), `start` 0.32 (0.52), `stop` 0.33 (0.44); `exp --help` is 0.15 of each. Tickets of an
  array are one file: those of 10,000 are written in 0.1 s and read in 0.1 (2 and 0.6 as a file each), which
  over NFS is ten round trips instead of 10,000; a job reads all of them for its own, 7 ms. To submit 9,000
  takes 2.0 s of CPU (every entry is read: its stages say what they ask for), status then 0.6, `stop` 4. Ended
  entries are what grows; `exp queue remove --done` takes them out. A folder for each thousand would be next.
- Submission renames each entry, 0.2 ms here, 2 to 5 ms over NFS: half a minute. An entry that ends leaves
  an empty file beside its array's tickets until all have ended.
- Heartbeats: one utime in two seconds for each experiment that runs, so 50 a second for 100 at once; two
  folders are opened with it, so that an NFS client tells what others have done. With 10,000 at once that
  would be the file server's load: then the beat has to be rarer, as the engine's word counts first anyway.
- Refs. To create one costs 0.9 ms, whether the others are packed or not, and locks that one alone: jobs
  publish without waiting for each other. Listed they cost 0.48 s loose and 0.04 s packed, so `git pack-refs
  --all` (5 s) after a large sweep pays; while jobs run nothing of ours takes its lock.

At 1,000,000:
- One folder of refs or entries is no longer a folder to list, whatever the file system; a packed-refs of
  100 MB is read by every git command. Experiments of past sweeps have to leave: pushed to a remote, removed
  here. Reftables (Git 2.45) make refs a matter of blocks; we read and write refs there through git already.
- Git objects: five an experiment, so five million loose files before `git gc`, which jobs must not run: set
  `gc.auto 0` on the shared repository and repack at night.
- The queue folders: shards by the first digits of the order; jobs would be told the file of their ticket.
- Slurm's limits are per user by then: the queue has to feed it, some thousand at a time. The last job of an
  array would submit the next one; no process on the login node is needed for that.

Locks: what decides who runs an entry is a rename, which NFS keeps. Equal stages at the same moment, worktrees
and repositories of workers are guarded by flock. Linux sends that to an NFS server; where the mount says that
it does not (nolock, local_lock=flock, Lustre's localflock), or the file system refuses it, a lease stands for
it: a file made by link(2), with a heartbeat (`gitexp.git.lease`). After the lock is had names are looked up
anew: an NFS client remembers that there was none. Tried on Linux's own NFS server and client (6.1, two mounts
that share no cache as two hosts): 4.2 with locks, and 3 with nolock; each experiment once, `prepare` once.
Slurm 22.05 there, two nodes and a login with a mount each: a worker killed, on 4.2 also in a job of five.
GPUs are each host's own, so their locks are, too. Workers that share no folder have the locks of Dask's
scheduler beside those of their machine (`gitexp.queue.far.claims`): 4 ms a stage, and 3 kB of the scheduler's
memory for each stage run that it has heard of.
"""
