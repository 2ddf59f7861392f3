from __future__ import annotations

import numpy as np
import pytest

from reco_core.icecube.summary import summary_sentence


@pytest.mark.parametrize(
    ("sensor_id", "time_ns", "charge_pe", "sentence"),
    [
        ([60], [5], 0.925, "1 pulse on 1 DOM of 1 string, 0.9 PE, 0 ns, no clear direction"),
        ([0, 0], [5, 6], 1, "2 pulses on 1 DOM of 1 string, 2.0 PE, 1 ns, no clear direction"),
        (
            [0, 1, 2, 3, 60],
            [0, 300, 600, 1_000, 1_250],
            [1, 1, 1, 1, 995.9],
            "5 pulses on 5 DOMs of 2 strings, 999.9 PE, 1.2 \u00b5s, no clear direction",
        ),
        (
            [0, 1, 2, 3, 4],
            [0, 200, 600, 700, 999],
            [1, 1, 1, 1, 2345.6],
            "5 pulses on 5 DOMs of 1 string, 2,350 PE, 999 ns, moving down",
        ),
    ],
)
def test_the_sentence(detector, pulses_of, sensor_id, time_ns, charge_pe, sentence):
    assert summary_sentence(pulses_of(sensor_id, time_ns, charge_pe), detector) == sentence


def test_thousands_are_separated_and_auxiliary_pulses_counted(detector, pulses_of):
    sensor_id = np.arange(1200)
    pulses = pulses_of(sensor_id, sensor_id * 1000, auxiliary=True)
    assert summary_sentence(pulses, detector) == (
        "1,200 pulses on 1,200 DOMs of 20 strings, 1,200 PE, 1,199.0 \u00b5s, no clear direction"
    )
