"""Which simulation events are of. Light to import: those who only compare it load no kernels."""

from __future__ import annotations

from typing import Final

# Raised whenever simulated events change: what was trained on others is then told to be stale.
PHYSICS_VERSION: Final = 1
