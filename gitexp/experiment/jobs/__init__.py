"""What runs tell of themselves on disk: notes, logs, how they ended, which failed or were lost."""
