"""Where things are: the DVC root, its config, our settings."""
