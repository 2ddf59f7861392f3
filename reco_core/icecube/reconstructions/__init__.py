"""Directions from pulses: one file per method, `registry.py` lists them."""
