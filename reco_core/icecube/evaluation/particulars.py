"""What only a simulation tells of events, and how many DOMs they light."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.icecube.dataset import Batch, Dataset
from reco_core.icecube.dataset_picked import picked_blocks
from reco_core.icecube.dataset_truth_numbers import truth_numbers
from reco_core.icecube.evaluation.facts import spans
from reco_core.icecube.footprint import is_inside
from reco_core.icecube.pulse_batch import BoolArray, FloatArray, IntArray, kept
from reco_core.icecube.segments import first_per_dom

LIGHT: Final = ("pe_track", "pe_cascade", "pe_muon", "pe_noise")
_VERTEX: Final = ("vertex_x_m", "vertex_y_m", "vertex_z_m")
_MUON: Final = ("muon_energy_gev", "muon_length_m")


class Particulars(NamedTuple):
    """Of N events; NaN, '' and False where it is not known.

    topology : (N,).  vertex_m : (N, 3).  is_inside : (N,) is the vertex between the strings?
    muon_energy_gev : (N,) of the neutrino's muon where it enters the array, or starts in it.
    muon_length_m : (N,) its way inside.  track_share : (N,) of the photo-electrons on
    non-auxiliary pulses, those of that muon.
    """

    topology: NDArray[np.str_]
    vertex_m: FloatArray
    is_inside: BoolArray
    muon_energy_gev: FloatArray
    muon_length_m: FloatArray
    track_share: FloatArray


def particulars_of(dataset: Dataset, n_events: int) -> Particulars:
    """Of the first N events; raises FileFormatError."""
    found = [_of_batch(dataset, batch, end) for batch, end in spans(dataset, n_events)]
    return Particulars(
        np.concatenate([np.zeros(0, np.str_), *(of.topology for of in found)]),
        np.concatenate([np.zeros((0, 3)), *(of.vertex_m for of in found)]),
        np.concatenate([np.zeros(0, np.bool_), *(of.is_inside for of in found)]),
        np.concatenate([np.zeros(0), *(of.muon_energy_gev for of in found)]),
        np.concatenate([np.zeros(0), *(of.muon_length_m for of in found)]),
        np.concatenate([np.zeros(0), *(of.track_share for of in found)]),
    )


def particulars_at(more: Particulars, place: IntArray) -> Particulars:
    """Those of some of the events."""
    return Particulars(
        more.topology[place],
        more.vertex_m[place],
        more.is_inside[place],
        more.muon_energy_gev[place],
        more.muon_length_m[place],
        more.track_share[place],
    )


def _of_batch(dataset: Dataset, batch: Batch, end: int) -> Particulars:
    contents = dataset.contents(batch)
    names = (*_VERTEX, *_MUON, *LIGHT)
    number = truth_numbers(batch.truth_path, contents.event_id[:end], names)
    vertex = np.stack([number[name] for name in _VERTEX], axis=1)
    light = np.stack([number[name] for name in LIGHT], axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        track_share = light[:, 0] / light.sum(axis=1)
    topology = [contents.truth.truth(k).topology or "" for k in range(end)]
    return Particulars(
        np.array(topology, np.str_), vertex, is_inside(dataset.detector, vertex),
        number["muon_energy_gev"], number["muon_length_m"], track_share,
    )  # fmt: skip


def lit_doms(dataset: Dataset, place: IntArray) -> IntArray:
    """(M,) DOMs with non-auxiliary light, of the events at these places (picked_blocks)."""
    counts = [np.zeros(0, np.int64)]
    for block in picked_blocks(dataset, place):
        used = kept(block.pulses, ~block.pulses.auxiliary)
        counts.append(first_per_dom(used).n_pulses)
    return np.concatenate(counts)
