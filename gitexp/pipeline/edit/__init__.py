"""Files changed in place: params, manifests, .gitignore. What is not meant to change keeps its bytes."""
