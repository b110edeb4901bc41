"""Files in, frozen records out: dvc.yaml, dvc.lock, .dvc, params. Runs nothing."""
