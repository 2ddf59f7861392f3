"""Easy or hard: where the first light is, which way it moves, and the verdict in words."""
