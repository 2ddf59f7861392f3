"""Groups of events that are measured apart: by class, energy, zenith and number of pulses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.icecube.pulse_batch import BoolArray, FloatArray, IntArray
from reco_core.units import energy_text

ALL: Final = "all"


class Facts(NamedTuple):
    """What is known of N events; NaN and '' where it is not.

    event_class : (N,).  energy_gev : (N,).  zenith : (N,) rad.  n_pulses : (N,).
    """

    event_class: NDArray[np.str_]
    energy_gev: FloatArray
    zenith: FloatArray
    n_pulses: IntArray


@dataclass(frozen=True)
class Binned:
    """A number of an event that is cut into ranges. edges : ascending."""

    kind: str
    column: str
    edges: tuple[float, ...]
    labels: tuple[str, ...]


def _energy_labels(edges: tuple[float, ...]) -> tuple[str, ...]:
    pairs = pairwise(edges)
    return tuple(f"{energy_text(low)} to {energy_text(high)}" for low, high in pairs)


_ENERGIES: Final = (1e2, 1e3, 1e4, 1e5, 1e6, 1e8)

BINS: Final = (
    Binned("energy", "energy_gev", _ENERGIES, _energy_labels(_ENERGIES)),
    Binned(
        "zenith", "zenith", tuple(np.radians([0, 60, 90, 120, 180.001])),
        ("0 to 60 deg, from above", "60 to 90 deg", "90 to 120 deg", "120 to 180 deg, from below"),
    ),
    Binned(
        "pulses", "n_pulses", (0, 40, 63, 100, 200, 1000, np.inf),
        ("up to 39", "40 to 62", "63 to 99", "100 to 199", "200 to 999", "1,000 and more"),
    ),
)  # fmt: skip


# Classes whose resolution depends on the energy in ways of their own.
BY_ENERGY: Final = ("track", "cascade")


def groups(facts: Facts) -> Iterator[tuple[str, str, BoolArray]]:
    """(kind, label, which of the (N,) events): all of them first, then each group with any."""
    everything = np.ones(len(facts.zenith), np.bool_)
    yield ALL, ALL, everything
    for name in sorted(set(facts.event_class.tolist()) - {""}):
        yield "class", name, facts.event_class == name
    for binned in BINS:
        yield from _bins(binned, facts, everything)
    for name in BY_ENERGY:
        binned = replace(BINS[0], kind=f"{name} energy")
        yield from _bins(binned, facts, facts.event_class == name)


def _bins(binned: Binned, facts: Facts, of: BoolArray) -> Iterator[tuple[str, str, BoolArray]]:
    value = np.asarray(getattr(facts, binned.column), np.float64)
    for label, (low, high) in zip(binned.labels, pairwise(binned.edges), strict=True):
        inside = of & (value >= low) & (value < high)
        if inside.any():
            yield binned.kind, label, inside
