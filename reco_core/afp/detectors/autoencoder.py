"""The convolutional autoencoder as published, and the same trained until it reconstructs hits.

As published (SEED_KEY) it learns to leave every pixel empty, since 8 of 107,520 have a hit; its
mean square error then counts hits, whatever they are. With pixels that have a hit weighted in the
loss the same layers learn where hits belong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reco_core.afp.alignment import Alignment
from reco_core.afp.detectors.kinds import Reasons, check_card
from reco_core.afp.detectors.network import Measured, Network, measured, network_of, reconstruction
from reco_core.afp.hits import FloatArray, HitBatch
from reco_core.afp.sensor import N_PIXELS
from reco_core.in_threads import in_order
from reco_core.processors import usable_processors
from reco_core.weights.arrays import arrays_path, read_arrays

KEY: Final = "autoencoder"
SEED_KEY: Final = "autoencoder_seed"
VERSION: Final = 1
VERSIONS: Final = {"detector": VERSION}
EVENTS_PER_TASK: Final = 200
UNITS: Final = "units"  # name of the array
LEAST_REASON: Final = 0.5  # output at a hit below which it is told of


@dataclass(frozen=True, eq=False)
class Autoencoder:
    """One of the two.  key : which.  units : (2,) of the parts of its score, see score_of."""

    key: str
    network: Network
    units: FloatArray
    _last: list[tuple[HitBatch, Measured]] = field(default_factory=list, repr=False)

    def score(self, hits: HitBatch, alignment: Alignment | None = None) -> FloatArray:
        """Same for any alignment: the images know of none."""
        return score_of(self.key, self.measured(hits), self.units)

    def measured(self, hits: HitBatch) -> Measured:
        """Sums over the pixels of each event, on all processors.

        Those of the last event alone are kept: who shows it asks for its score and for reasons.
        """
        for known, found in self._last[:1]:
            if known is hits:
                return found
        found = self._measured(hits)
        if hits.n_events == 1:
            self._last[:] = [(hits, found)]
        return found

    def _measured(self, hits: HitBatch) -> Measured:
        firsts = range(0, hits.n_events, EVENTS_PER_TASK)
        parts = in_order(
            lambda first: measured(
                self.network, hits.part(first, min(first + EVENTS_PER_TASK, hits.n_events))
            ),
            firsts, usable_processors(),
        )  # fmt: skip
        none = Measured(*np.zeros((len(Measured._fields), 0)))
        return Measured(*(np.concatenate(part) for part in zip(none, *parts, strict=True)))

    def reasons(self, hits: HitBatch, alignment: Alignment | None = None) -> Sequence[Reasons]:
        found = self.measured(hits)
        return [
            _reasons(int(n), put, elsewhere)
            for n, put, elsewhere in zip(
                found.n_hits, found.at_hits, found.log_others, strict=True
            )
        ]  # fmt: skip

    def image_reconstruction(self, hits: HitBatch) -> NDArray[np.float32]:
        """(4, 336, 80) what the network makes of one event, 0 to 1."""
        return np.asarray(reconstruction(self.network, hits)[0])


def score_of(key: str, found: Measured, units: FloatArray) -> FloatArray:
    """(E,) as published, the mean square error; else the surprise about a hit, and elsewhere.

    The surprise -ln p is the mean over the hits: so an event is not anomalous for having more of
    them. What the network puts where there is none, as around a track that no hit follows, is
    summed up. Both count in units of what is usual (parts_of, median of good events). 0 without
    hits.
    """
    if key == SEED_KEY:
        return np.asarray(found.square / N_PIXELS)
    return np.asarray((parts_of(found) / units).sum(axis=1))


def parts_of(found: Measured) -> FloatArray:
    """(E, 2) mean of -ln p over the hits, and sum of -ln(1 - p) over the others."""
    at_hits = found.log_hits / np.maximum(found.n_hits, 1)
    return np.stack((at_hits, np.where(found.n_hits > 0, found.log_others, 0.0)), axis=1)


def _reasons(n_hits: int, put: float, elsewhere: float) -> Reasons:
    if not n_hits:
        return ("no hits",)
    missed = n_hits - put
    if missed < LEAST_REASON * n_hits and missed < 1.0:
        return ()
    return (f"the network expects {put:.1f} of the {n_hits} hits where they are",)


def load(key: str, folder: Path) -> Autoencoder:
    """With the weights of a folder; FileFormatError if they are missing, damaged or stale."""
    name = weights_name(key)
    arrays, card = read_arrays(name, folder)
    check_card(card, arrays_path(name, folder), VERSIONS, ())
    return Autoencoder(key, network_of(arrays), arrays[UNITS])


def weights_name(key: str) -> str:
    return f"afp_{key}"
