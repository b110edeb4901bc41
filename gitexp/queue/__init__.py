"""Jobs, workers, slots: many experiments at once, nothing twice, nothing lost."""
