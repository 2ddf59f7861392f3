"""Kinds of events that methods are made for, too rare in a mix to be seen among all the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from reco_core.errors import NotFoundError
from reco_core.icecube.dataset import Dataset
from reco_core.icecube.detector import DUST_LAYER_M
from reco_core.icecube.evaluation.groups import Facts
from reco_core.icecube.evaluation.particulars import Particulars, lit_doms
from reco_core.icecube.pulse_batch import BoolArray, FloatArray
from reco_core.units import energy_text

LEAST_LENGTH_M: Final = 300.0
LEAST_DOMS: Final = 15
OWN_LIGHT: Final = 0.9
TRACK_ENERGIES: Final = (1e3, 1e4, 1e5)
CASCADE_ENERGIES: Final = (1e4, 1e5, 1e6)


class Known(NamedTuple):
    """All that kinds are told by, of N events."""

    facts: Facts
    more: Particulars


@dataclass(frozen=True)
class Kind:
    """name : in tables and after --only.  meaning : in words.  of : what its energy is of.

    energy_gev : (N,) by which it is cut.  least_gev : groups are the events above each of these,
    the first of which is the kind's own.  by_truth : (N,), but for the energy.  least_doms : with
    non-auxiliary light.  part_of : kind all of whose events hold those of this one.
    with_vertex : is the distance from the true vertex a measure?
    """

    name: str
    meaning: str
    of: str
    energy_gev: Callable[[Known], FloatArray]
    least_gev: tuple[float, ...]
    by_truth: Callable[[Known], BoolArray]
    least_doms: int = 0
    part_of: str = ""
    with_vertex: bool = False


def _is_long(known: Known) -> BoolArray:
    is_track = known.facts.event_class == "track"
    return np.asarray(is_track & (known.more.muon_length_m >= LEAST_LENGTH_M))


def _is_clean(known: Known) -> BoolArray:
    return np.asarray(_is_long(known) & (known.more.track_share >= OWN_LIGHT))


def _is_contained(known: Known) -> BoolArray:
    is_cascade = known.facts.event_class == "cascade"
    return np.asarray(is_cascade & (known.more.topology == "contained") & known.more.is_inside)


def _is_in_dust(known: Known) -> BoolArray:
    low, high = DUST_LAYER_M
    z = known.more.vertex_m[:, 2]
    return np.asarray(_is_contained(known) & (z >= low) & (z <= high))


def _muon_energy(known: Known) -> FloatArray:
    return known.more.muon_energy_gev


def _neutrino_energy(known: Known) -> FloatArray:
    return known.facts.energy_gev


KINDS: Final = (
    Kind(
        "long tracks",
        f"tracks with at least {LEAST_LENGTH_M:.0f} m inside the array and non-auxiliary light on "
        f"at least {LEAST_DOMS} DOMs, by the energy of the muon where it enters the array or "
        "starts in it",
        "muon", _muon_energy, TRACK_ENERGIES, _is_long, LEAST_DOMS,
    ),
    Kind(
        "clean tracks",
        f"long tracks with at least {OWN_LIGHT:.0%} of the light of non-auxiliary pulses their own",
        "muon", _muon_energy, TRACK_ENERGIES, _is_clean, LEAST_DOMS, "long tracks",
    ),
    Kind(
        "contained cascades",
        "cascades of topology contained whose vertex lies between the outer strings and the "
        "highest and lowest DOM, by the energy of the neutrino",
        "neutrino", _neutrino_energy, CASCADE_ENERGIES, _is_contained,
        with_vertex=True,
    ),
    Kind(
        "cascades in the dust",
        "contained cascades whose vertex lies in the dust layer, at z from {:.0f} to {:.0f} m"
        .format(*DUST_LAYER_M),
        "neutrino", _neutrino_energy, CASCADE_ENERGIES, _is_in_dust,
        part_of="contained cascades", with_vertex=True,
    ),
)  # fmt: skip


def kind_of(name: str) -> Kind:
    """The kind of that name; NotFoundError lists the names if there is none."""
    for kind in KINDS:
        if kind.name == name:
            return kind
    names = ", ".join(repr(kind.name) for kind in KINDS)
    raise NotFoundError(f"Unknown kind of events {name!r}. Available: {names}.")


def members(dataset: Dataset, known: Known) -> dict[str, BoolArray]:
    """(N,) by name of the kind: which of the first N events belong to it? Raises FileFormatError.

    Pulses are read of those only that may by their truth.
    """
    by_truth = {kind.name: _by_truth(kind, known) for kind in KINDS}
    asked = [by_truth[kind.name] for kind in KINDS if kind.least_doms]
    place = np.flatnonzero(np.any(asked, axis=0))
    n_doms = np.zeros(len(known.facts.zenith), np.int64)
    n_doms[place] = lit_doms(dataset, place)
    return {kind.name: by_truth[kind.name] & (n_doms >= kind.least_doms) for kind in KINDS}


def _by_truth(kind: Kind, known: Known) -> BoolArray:
    return np.asarray(kind.by_truth(known) & (kind.energy_gev(known) >= kind.least_gev[0]))


def kind_groups(
    known: Known, belongs: Mapping[str, BoolArray], only: str = ""
) -> Iterator[tuple[Kind, str, BoolArray]]:
    """(kind, label, which of the (N,) events) of each group with any.

    belongs : of `members`.  only : the kind that the events were picked by, if they were; others
    are then left out, but those that are part of it.
    """
    for kind in KINDS:
        if only and only not in (kind.name, kind.part_of):
            continue
        for least in kind.least_gev:
            inside = belongs[kind.name] & (kind.energy_gev(known) >= least)
            if inside.any():
                yield kind, f"{kind.of} above {energy_text(least)}", inside
