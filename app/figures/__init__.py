"""Plotly figures: domain objects in, figures out; no Dash, no disk."""
