"""Which plots revisions define, and the points that they draw."""
