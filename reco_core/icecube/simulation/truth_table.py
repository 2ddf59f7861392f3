"""From the kernel's rows of truth to the columns of truth.parquet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reco_core.icecube.simulation import truth
from reco_core.icecube.simulation.particles import MUON, NOISE, FloatArray
from reco_core.icecube.simulation.showpieces import Showpiece


def truth_columns(
    event_id: NDArray[np.int64], rows: FloatArray, shown: Sequence[Showpiece] = ()
) -> Mapping[str, NDArray[Any]]:
    """Columns of (E,) values from event numbers (E,) and rows (E, truth.COLUMNS).

    shown : what the first events are.
    """
    seen = rows[:, truth.PHOTO_ELECTRONS : truth.PHOTO_ELECTRONS + 4]
    kind = np.where(seen.sum(1) < truth.LEAST_ELECTRONS, NOISE, seen.argmax(1))
    topology = np.where(kind == MUON, rows[:, truth.MUON_TOPOLOGY], rows[:, truth.TOPOLOGY])
    topology = np.where(kind == NOISE, 0, topology)
    name, sentence = (np.full(len(rows), None, object) for _ in range(2))
    name[: len(shown)] = [piece.name for piece in shown]
    sentence[: len(shown)] = [piece.sentence for piece in shown]
    return {
        "event_id": event_id,
        "name": name,
        "sentence": sentence,
        "event_class": np.array(truth.CLASSES, object)[kind],
        "topology": np.array(truth.TOPOLOGIES, object)[topology.astype(np.int64)],
        "primary_pdg": rows[:, truth.PDG],
        "energy_gev": rows[:, truth.ENERGY_GEV],
        "zenith": rows[:, truth.ZENITH],
        "azimuth": rows[:, truth.AZIMUTH],
        **{f"vertex_{x}_m": rows[:, truth.VERTEX + k] for k, x in enumerate("xyz")},
        "time_ns": rows[:, truth.TIME_NS],
        "inelasticity": rows[:, truth.INELASTICITY],
        "muon_energy_gev": rows[:, truth.MUON_ENERGY_GEV],
        "muon_length_m": rows[:, truth.MUON_LENGTH_M],
        "n_coincident_muons": rows[:, truth.MUONS].astype(np.int16),
        **{f"pe_{name}": seen[:, k] for k, name in enumerate(truth.CLASSES)},
    }
