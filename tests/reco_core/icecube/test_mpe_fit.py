"""The laws of this fit are in likelihood/test_track_fit.py."""

from __future__ import annotations

import numpy as np
import pytest

from reco_core.directions import opening_angle, source_direction
from reco_core.icecube.dataset import find_datasets
from reco_core.icecube.reconstructions.registry import reconstruct, reconstruction_row

KEY = "mpe_fit"


@pytest.mark.parametrize(
    ("folder", "event_id"),
    [("icecube_simulation", 25), ("icecube_simulation", 28), ("recorded", 31747601)],
)
def test_high_energy_tracks_are_found(samples, tmp_path, folder, event_id):
    """Official simulation of 7.3 and 0.6 PeV, and a recorded alert."""
    (dataset,) = find_datasets(samples / folder, tmp_path, 10**9)
    event = dataset.event(event_id)
    found = reconstruct(KEY, event.pulses, dataset.detector)
    error = opening_angle(
        source_direction(found.zenith, found.azimuth),
        source_direction(event.truth.zenith, event.truth.azimuth),
    )
    assert np.degrees(error) < 1.0
    assert found.uncertainty_rad is not None
    assert found.quality > 0.6


def test_the_row_names_a_track(detector):
    row = reconstruction_row(KEY)
    assert row.kind == "track"
    assert row.method.KEY == KEY
