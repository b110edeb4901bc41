"""Plots: Vega-Lite specs, pages, pictures, and curves in a terminal."""
