"""Content-addressed outs: hashing, store, links, as DVC lays them out."""
