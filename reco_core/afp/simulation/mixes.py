"""What a data set holds: rows of MIXES."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reco_core.afp.simulation.classes import ANOMALOUS, CLASSES, SINGLE_PROTON, TWO_PROTONS

DEFAULT_CONTAMINATION: Final = 0.05
TWO_PROTON_SHARE: Final = 0.02  # of the events that are not anomalous


@dataclass(frozen=True)
class Mix:
    """number : part of the seed, so that no two mixes share events.

    deck : the classes of so many events in a row, in random order; () for classes drawn by
    chance.  events : if none are asked for.  chunks_per_run : how soon the planes move.
    """

    name: str
    number: int
    about: str
    deck: tuple[int, ...]
    events: int
    chunks_per_run: int


MIXES: Final[dict[str, Mix]] = {
    row.name: row
    for row in (
        Mix(
            "beam", 0,
            "single protons, some pairs, and the share of anomalies that is asked for", (),
            10_000, 20,
        ),
        Mix(
            "test", 1,
            "in 29 events 20 single protons, one of each class of anomalies, and a pair",
            (*(SINGLE_PROTON,) * 20, TWO_PROTONS, *ANOMALOUS), 14_500, 1,
        ),
    )
}  # fmt: skip

DEFAULT_MIX: Final = "beam"


def drawn_classes(
    mix: Mix, contamination: float, events: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """(events,) a class for each event. events : with a deck, a multiple of its length."""
    if mix.deck:
        decks = np.tile(np.array(mix.deck, np.int64), (events // len(mix.deck), 1))
        return np.asarray(rng.permuted(decks, axis=1).ravel(), np.int64)
    return np.asarray(rng.choice(len(CLASSES), events, p=shares(contamination)), np.int64)


def shares(contamination: float) -> NDArray[np.float64]:
    """Of each class in the mix beam; all anomalous ones are as likely."""
    share = np.zeros(len(CLASSES))
    share[list(ANOMALOUS)] = contamination / len(ANOMALOUS)
    share[SINGLE_PROTON] = (1 - contamination) * (1 - TWO_PROTON_SHARE)
    share[TWO_PROTONS] = (1 - contamination) * TWO_PROTON_SHARE
    return share
