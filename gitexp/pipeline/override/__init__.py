"""What `-S` says: the grammar of overrides, sweeps of them, Hydra's composition."""
