"""`exp ui`: the table to walk about in."""
