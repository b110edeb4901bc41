"""What changes experiments, manifests or the workspace: apply, branch, remove, rename, save, undo."""
