"""The outer-layer veto: did the first light of a bright event come in through the edge?

As in the search for high-energy starting events (IceCube, Science 342 (2013) 1242856,
arXiv:1311.5238). The thicknesses and limits are the defaults of the collaboration's program for
it, VHESelfVeto in IceTray: the sides are the outermost strings (it takes 90 m around them, less
than the distance to the next), the dust layer counts because muons get in through it unseen.
Later versions of the search took 60 m of it, below z = -160 m.

The vertex is the moment at which 3 us have brought more than 250 PE. If until then, and the 50 ns
that light takes from DOM to DOM, 3 pulses or more than 3 PE were in the layer, the particle came
in. Events with less light have no vertex and no answer.
"""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.icecube.classification.containment import is_side
from reco_core.icecube.detector import Detector
from reco_core.icecube.pulse_batch import BoolArray, FloatArray, IntArray, PulseBatch, kept
from reco_core.icecube.rows_by_dom import rows_by_dom
from reco_core.units import SPEED_OF_LIGHT

TOP_M: Final = 90.0  # from the uppermost DOM down
BOTTOM_M: Final = 10.0  # from the lowest DOM up
DUST_TOP_Z_M: Final = -135.0
DUST_M: Final = 80.0  # from there down

WINDOW_NS: Final = 3000.0
VERTEX_PE: Final = 250.0  # in the window
MARGIN_NS: Final = 50.0
LIMIT_PE: Final = 3.0
LIMIT_PULSES: Final = 3
BROKEN_SHARE: Final = 0.9  # a DOM with more of the charge than this takes no part in the vertex

LONGEST_NS: Final = 1 << 33  # times of an event span less than 2^32 ns


class Entry(IntEnum):
    """What the veto says."""

    TOO_DIM = 0
    STARTING = 1
    ENTERING = 2

    @property
    def text(self) -> str:
        return ("too dim", "starting", "entering")[self]


class Veto(NamedTuple):
    """Answers for E events.

    entry : (E,) an Entry.  vertex_ns : (E,) on the clock of the batch, and vertex_m (E, 3), the
    charge-weighted mean place of the light until then; NaN in dim events.  layer_pe, n_layer :
    (E,) charge and number of the layer's pulses before; 0 in dim events.
    """

    entry: NDArray[np.int8]
    vertex_ns: FloatArray
    vertex_m: FloatArray
    layer_pe: FloatArray
    n_layer: IntArray


@lru_cache(maxsize=8)
def veto_layer(detector: Detector) -> BoolArray:
    """(5160,) Is the DOM in the layer? Read-only."""
    z = detector.position_m[:, 2]
    top, bottom = z >= z.max() - TOP_M, z <= z.min() + BOTTOM_M
    dust = (z < DUST_TOP_Z_M) & (z > DUST_TOP_Z_M - DUST_M)
    mask: BoolArray = is_side(detector) | top | bottom | dust
    mask.setflags(write=False)
    return mask


def outer_layer_veto(batch: PulseBatch, detector: Detector) -> Veto:
    """The veto on the non-auxiliary pulses, which are those with a hard local coincidence."""
    light = _light_of_bright_events(batch)
    charge = np.where(_on_broken_dom(light), 0.0, light.charge_pe)
    first, last = _vertex_rows(light, charge)
    known = last >= 0
    vertex_ns, vertex_m = np.full(batch.n_events, np.nan), np.full((batch.n_events, 3), np.nan)
    vertex_ns[known] = light.time_ns[last[known]]
    place = detector.position_m[light.sensor_id]
    vertex_m[known] = _centres(charge, place, first[known], last[known] + 1)
    event = light.event
    early = np.arange(len(event)) >= first[event]
    early &= light.time_ns <= vertex_ns[event] + MARGIN_NS  # false without a vertex
    row = np.flatnonzero(early & veto_layer(detector)[light.sensor_id])
    away = np.linalg.norm(place[row] - vertex_m[event[row]], axis=1)
    row = row[away <= SPEED_OF_LIGHT * WINDOW_NS]
    layer_pe = np.bincount(event[row], light.charge_pe[row], batch.n_events).astype(np.float64)
    n_layer = np.bincount(event[row], minlength=batch.n_events)
    entering = (layer_pe > LIMIT_PE) | (n_layer >= LIMIT_PULSES)
    entry = np.where(known, np.where(entering, Entry.ENTERING, Entry.STARTING), Entry.TOO_DIM)
    return Veto(entry.astype(np.int8), vertex_ns, vertex_m, layer_pe, n_layer)


def _light_of_bright_events(batch: PulseBatch) -> PulseBatch:
    """The non-auxiliary pulses of events that have more charge than a vertex needs: few."""
    event = batch.event
    total = np.bincount(event, batch.charge_pe * ~batch.auxiliary, batch.n_events)
    return kept(batch, (total > VERTEX_PE)[event] & ~batch.auxiliary)


def _vertex_rows(light: PulseBatch, charge_pe: FloatArray) -> tuple[IntArray, IntArray]:
    """(E,) first and last row of the window that ends with the vertex; last -1 without one."""
    event = light.event
    key = event * LONGEST_NS + np.rint(light.time_ns).astype(np.int64)
    first = np.maximum(np.searchsorted(key, key - int(WINDOW_NS)), light.start[:-1][event])
    total = _running(charge_pe)
    enough = np.flatnonzero(total[1:] - total[first] > VERTEX_PE)
    vertices, at = np.unique(event[enough], return_index=True)
    begin, end = np.zeros(light.n_events, np.int64), np.full(light.n_events, -1, np.int64)
    begin[vertices], end[vertices] = first[enough[at]], enough[at]
    return begin, end


def _centres(
    charge_pe: FloatArray, place_m: FloatArray, begin: IntArray, end: IntArray
) -> FloatArray:
    """(n, 3) m, charge-weighted mean places of the rows [begin, end)."""
    charge, moment = _running(charge_pe), _running(charge_pe[:, None] * place_m)
    return np.asarray((moment[end] - moment[begin]) / (charge[end] - charge[begin])[:, None])


def _running(values: FloatArray) -> FloatArray:
    return np.concatenate((np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)))


def _on_broken_dom(light: PulseBatch) -> BoolArray:
    """(P,) Is the pulse on a DOM that holds nearly all of its event's charge?"""
    event = light.event
    total = np.bincount(event, light.charge_pe, light.n_events)
    row, start = rows_by_dom(event, light.sensor_id)
    if not len(start):
        return np.zeros(0, np.bool_)
    charge = np.add.reduceat(light.charge_pe[row], start)
    broken = np.zeros(len(row), np.bool_)
    share = charge / np.maximum(total[event[row[start]]], VERTEX_PE)
    broken[row] = np.repeat(share > BROKEN_SHARE, np.diff(start, append=len(row)))
    return broken
