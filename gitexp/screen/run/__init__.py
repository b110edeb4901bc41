"""A run as it happens and as it ended: live, as lines, as JSON."""
