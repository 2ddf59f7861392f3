"""Names of the learned verdict: classes, probabilities, models, reconstructions it chooses from.

Apart from what computes it, so that tables of verdicts are read without compiling anything.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from reco_core.weights import card

VERSION: Final = 1  # raised whenever an answer changes other than by new weights

CLASSES: Final = ("track", "cascade", "muon", "noise")
TRACK, CASCADE, MUON, NOISE = range(len(CLASSES))
P_HARD: Final = "p_hard"
PROBABILITIES: Final = (*(f"p_{name}" for name in CLASSES), P_HARD)

TRACK_METHOD: Final = "mpe_fit"
CASCADE_METHOD: Final = "cascade_fit"

HARD_DEGREES: Final = 20.0  # an event is hard if the best reconstruction is off by more

CLASS_MODEL: Final = "verdict_class"
HARD_MODEL: Final = "verdict_hard"


def weights_digest() -> str:
    """A hash of both models, for the keys of kept answers."""
    both = "".join(card(name).sha256 for name in (CLASS_MODEL, HARD_MODEL))
    return sha256(both.encode()).hexdigest()
