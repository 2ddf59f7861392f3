"""How the shipped weights are trained: one row of MODELS each."""
