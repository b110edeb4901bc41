"""Dask: entries of the queue as tasks of a scheduler that people have already; workers share nothing with us.

    engine     submit, poll, cancel: the seam's side
    scheduler  a connection to the scheduler, and clusters of dask-jobqueue
    there      the functions that run on scheduler and workers; sent whole, so the scheduler needs no gitexp
    worker     what a worker does with one entry
    terms      resources and priorities
    mirror     what runs there, as files here: `exp watch` and `exp logs -f` read them
    checks     `exp queue doctor`, and what can't travel

A task belongs to nobody (`fire_and_forget`): it outlives the process that submitted it. Dask runs it again
when its worker dies; when Dask gives up, or the scheduler forgets it, the entry waits in our queue again.
How a run ended is told by the Git remote alone (`gitexp.queue.far.homecoming`): no result is held in Dask.
"""
