"""Dask: entries of the queue as tasks of a scheduler that people have already; workers share nothing with us.

    engine     submit, poll, cancel: the seam's side
    scheduler  a connection to the scheduler, for a moment
    batch      a Dask that we make of jobs of a batch system: what stands in its folder
    jobqueue   those jobs, by dask-jobqueue; keeper is what runs in the scheduler's
    standing   how a task stands
    there      the functions that run on scheduler and workers; sent whole, so the scheduler needs no gitexp
    worker     what a worker does with one entry
    locks      what holds equal stages of all workers apart
    terms      resources and priorities
    mirror     what runs there, as files here: `exp watch` and `exp logs -f` read them
    checks     `exp queue doctor`, and what can't travel

A task belongs to nobody (`fire_and_forget`): it outlives the process that submitted it. Dask runs it again
when its worker dies; when Dask gives up, or the scheduler forgets it, the entry waits in our queue again.

Where a scheduler lives: `tcp://…` is somebody's, who keeps it. `dask=pbs` makes one, and for it there are
three places. The login node would need a process that stays, which sites kill. The submitting command could
wait (`--wait`): the same process, in the foreground. So it is a job of its own, small, which takes its tasks
from the shared file system and ends when none is left; a site that gives out whole nodes pays one for it.

How a run ended is told by the Git remote alone (`gitexp.queue.far.homecoming`): no result is held in Dask.
"""
