"""Experiments with what they hold: rows, columns, conditions, groups, history, comparisons."""
