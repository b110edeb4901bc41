"""Jobs, workers, slots: many experiments at once, nothing twice, nothing lost.

board, job, lost      entries on disk, claimed by rename, put back when their worker is gone
worker, crew, task    who runs them: detached workers here, one entry for a job of an engine
engines               who runs them elsewhere: Slurm, Dask, or what others add
far                   entries that travel by Git to machines which share nothing with this one
"""
