"""The first pulse and the charge of each lit DOM, as rows for the likelihoods."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reco_core.icecube.detector import N_SENSORS, Detector
from reco_core.icecube.likelihood.light_model import LightModel
from reco_core.icecube.pulse_batch import FloatArray, IntArray, PulseBatch, kept
from reco_core.icecube.segments import brightest, first_per_dom

# Columns of a row: place of the DOM, m; rise of the ice there, m; time of the first pulse, ns;
# photo-electrons.
PLACE, RISE, PULSE_NS, ELECTRONS = 0, 3, 4, 5
COLUMNS: Final = 6

# Bright events are fitted to this many DOMs, those of highest charge.
MOST_DOMS: Final = 1000

# Light of showers is late, which the likelihood does not know: of much charge only a part is of the
# light that can be first. On simulated muons above 10 TeV 10 and 100 are worse.
MOST_ELECTRONS: Final = 20.0


class FirstLight(NamedTuple):
    """Rows of E events, n in all. start : (E + 1,).  rows : (n, COLUMNS).

    Times are since the event's first pulse.
    """

    start: IntArray
    rows: FloatArray

    @property
    def n_doms(self) -> IntArray:
        """(E,) rows of each event."""
        return np.diff(self.start)

    @property
    def centre_m(self) -> FloatArray:
        """(E, 3) mean place of the DOMs; NaN without any."""
        total = np.concatenate((np.zeros((1, 3)), np.cumsum(self.rows[:, :3], axis=0)))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.diff(total[self.start], axis=0) / self.n_doms[:, None])


def first_light(batch: PulseBatch, detector: Detector, model: LightModel) -> FirstLight:
    """The first non-auxiliary pulse of each DOM, with the charge of all of them as whole PE.

    For auxiliary pulses that are light after all see cleaning.
    """
    used = kept(batch, ~batch.auxiliary)
    first = first_per_dom(used)
    first = brightest(first._replace(charge_pe=_charges(used, first)), MOST_DOMS)
    rows = np.empty((len(first.time_ns), COLUMNS))
    rows[:, PLACE : PLACE + 3] = detector.position_m[first.sensor_id]
    rows[:, RISE] = model.rise_m[first.sensor_id]
    rows[:, PULSE_NS] = first.time_ns
    rows[:, ELECTRONS] = np.clip(np.rint(first.charge_pe), 1.0, MOST_ELECTRONS)
    return FirstLight(first.start, rows)


def single(light: FirstLight) -> FirstLight:
    """The same as if each DOM had seen one photo-electron."""
    rows = light.rows.copy()
    rows[:, ELECTRONS] = 1.0
    return FirstLight(light.start, rows)


def _charges(used: PulseBatch, first: PulseBatch) -> FloatArray:
    """(n,) PE of all used pulses on the DOM of each first pulse."""
    key, dom = _key(used), _key(first)
    order = np.argsort(dom)
    row = order[np.searchsorted(dom[order], key)]
    return np.asarray(np.bincount(row, used.charge_pe, len(dom)), np.float64)


def _key(batch: PulseBatch) -> NDArray[np.int64]:
    return batch.event * N_SENSORS + batch.sensor_id
