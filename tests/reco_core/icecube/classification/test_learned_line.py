"""Where along its line the light of an event is, against a slow reference and by hand."""

from __future__ import annotations

import numpy as np
import pytest

from reco_core.icecube.classification.learned_line import COLUMNS, along_line
from reco_core.icecube.detector import builtin_detector, string_id
from reco_core.icecube.pulse_batch import pack
from reco_core.icecube.reconstructions import line_fit
from reco_core.units import CHERENKOV_ANGLE, SPEED_OF_LIGHT

TRAVEL = np.array([0.6, 0.0, -0.8])
POINT = np.array([0.0, 0.0, 50.0])
CENTRE_NS = 10_000


def fits_of(pulses, point=POINT, travel=TRAVEL):
    """The fits of one event, as if they had found just that line."""
    fits = line_fit.fit(pack([pulses]), builtin_detector())
    zenith, azimuth = np.arccos(-travel[2]), np.arctan2(-travel[1], -travel[0]) % (2 * np.pi)
    return fits._replace(
        zenith=np.array([zenith]), azimuth=np.array([azimuth]), point_m=point[None],
        time_ns=np.array([float(CENTRE_NS)]),
    )  # fmt: skip


def numbers(pulses, **line):
    found = along_line(fits_of(pulses, **line), pack([pulses]), builtin_detector())
    return dict(zip(COLUMNS, found[0], strict=True))


def beside(detector, point=POINT, travel=TRAVEL):
    """How far along the line each DOM is, and how far from it."""
    away = detector.position_m - point
    along = away @ travel
    return along, np.linalg.norm(away - along[:, None] * travel, axis=1)


def test_light_of_a_muon_is_all_along_its_line(muon_light):
    found = numbers(muon_light(POINT, TRAVEL, CENTRE_NS))
    assert found["line_delay_ns"] < 1.0
    assert found["line_early_share"] == 0.0
    assert found["line_near_share"] == found["line_near_charge_share"] == 1.0
    assert 0 <= found["line_dark_before_m"] < 60
    assert 0 <= found["line_dark_after_m"] < 60
    assert found["line_closest_m"] == pytest.approx(np.linalg.norm(np.cross(POINT, TRAVEL)))
    assert found["line_length_m"] + found["line_dark_before_m"] + found[
        "line_dark_after_m"
    ] == pytest.approx(found["line_chord_m"])


def test_a_muon_that_starts_inside_leaves_doms_dark_before(muon_light, detector, pulses_of):
    light = muon_light(POINT, TRAVEL, CENTRE_NS)
    along, _ = beside(detector)
    late = along[light.sensor_id] > 0.0
    found = numbers(pulses_of(light.sensor_id[late], light.time_ns[late]))
    whole = numbers(light)
    assert found["line_entry_z_m"] == whole["line_entry_z_m"]
    assert found["line_dark_before_m"] > whole["line_dark_before_m"] + 200
    assert found["line_dark_doms_before"] > whole["line_dark_doms_before"] + 3
    assert found["line_dark_doms_after"] == whole["line_dark_doms_after"]
    assert found["line_first_z_m"] == pytest.approx(POINT[2], abs=30)


@pytest.mark.parametrize("seed", range(4))
def test_numbers_equal_a_slow_reference(noisy_muon, detector, seed):
    pulses = noisy_muon(seed)
    found = numbers(pulses)
    for name, value in slow_numbers(pulses, detector).items():
        assert found[name] == pytest.approx(value), name


def slow_numbers(pulses, detector):
    used = ~pulses.auxiliary
    dom, place = np.unique(pulses.sensor_id[used], return_index=True)
    first = pulses.time_ns[used][place].astype(float)
    charge = np.array([pulses.charge_pe[used & (pulses.sensor_id == d)].sum() for d in dom])
    along, away = beside(detector)
    late = first - CENTRE_NS - (along[dom] + away[dom] * np.tan(CHERENKOV_ANGLE)) / SPEED_OF_LIGHT
    near = (away[dom] < 125) & (late > -100) & (late < 500)
    begin, end = along[dom][near].min(), along[dom][near].max()
    left = (along - away / np.tan(CHERENKOV_ANGLE))[dom][near]
    mean = np.average(left, weights=charge[near])
    close = (away <= 80) & (string_id(np.arange(5160)) < 79)
    lit = np.isin(np.arange(5160), dom)
    between = close & (along >= begin - 20) & (along <= end + 20)
    weight = np.exp(-away / 25)
    return {
        "line_delay_ns": np.minimum(np.abs(late), 500).mean(),
        "line_early_share": (late < -100).mean(),
        "line_near_share": near.mean(),
        "line_near_charge_share": charge[near].sum() / charge.sum(),
        "line_away_m": np.minimum(away[dom], 300).mean(),
        "line_charge_away_m": np.average(np.minimum(away[dom], 300), weights=charge),
        "line_length_m": end - begin,
        "line_charge_length_m": np.sqrt(np.average((left - mean) ** 2, weights=charge[near])),
        "line_charge_place": (mean - begin) / max(end - begin, 1.0),
        "line_charge_per_m": charge[near].sum() / (end - begin + 50),
        "line_dark_before_m": begin - along[close].min(),
        "line_dark_after_m": along[close].max() - end,
        "line_dark_doms_before": weight[close & (along < begin - 20)].sum(),
        "line_dark_doms_after": weight[close & (along > end + 20)].sum(),
        "line_lit_share": lit[between].mean(),
        "line_entry_z_m": POINT[2] + along[close].min() * TRAVEL[2],
        "line_first_z_m": POINT[2] + begin * TRAVEL[2],
        "line_chord_m": np.ptp(along[close]),
    }


def test_a_vertical_line_passes_strings(muon_light, detector):
    down = np.array([0.0, 0.0, -1.0])
    point = detector.position_m[20 * 60 + 30] + [10.0, 0.0, 0.0]
    found = numbers(muon_light(point, down, CENTRE_NS), point=point, travel=down)
    assert found["line_chord_m"] == pytest.approx(np.ptp(detector.position_m[1200:1260, 2]), abs=40)


def test_without_a_line_nothing_is_known(pulses_of, detector):
    pulses = pulses_of([100, 100], [5, 9])
    batch = pack([pulses])
    assert np.isnan(along_line(line_fit.fit(batch, detector), batch, detector)).all()
    assert along_line(line_fit.fit(pack([]), detector), pack([]), detector).shape == (0, 19)
