"""Names of the learned verdict: classes, probabilities, the reconstructions it chooses from.

Apart from what computes it, so that tables of verdicts are read without compiling anything.
"""

from __future__ import annotations

from typing import Final

CLASSES: Final = ("track", "cascade", "muon", "noise")
TRACK, CASCADE, MUON, NOISE = range(len(CLASSES))
P_HARD: Final = "p_hard"
PROBABILITIES: Final = (*(f"p_{name}" for name in CLASSES), P_HARD)

TRACK_METHOD: Final = "mpe_fit"
CASCADE_METHOD: Final = "cascade_fit"
