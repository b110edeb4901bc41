"""Bring outs up to date: plan with reasons, run cache, commands, the builder. Emits events; never prints."""
