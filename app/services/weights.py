"""What algorithms have loaded."""

from __future__ import annotations

from app.services.algorithms import Algorithm


class Weights:
    """What algorithms have loaded, each once in the life of the process."""

    def __init__(self) -> None:
        self._loaded: set[str] = set()

    def load(self, algorithm: Algorithm) -> None:
        """Raises whatever the algorithm's own load does; then it is tried again the next time."""
        if algorithm.key not in self._loaded:
            algorithm.load()
            self._loaded.add(algorithm.key)
