"""Comparison of the simulation with published distributions of the real competition data."""
