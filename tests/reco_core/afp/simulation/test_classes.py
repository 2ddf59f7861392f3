"""Each class shows what it says."""

from __future__ import annotations

import numpy as np
import pytest

from reco_core.afp.hits import checked_hits
from reco_core.afp.simulation.chunk import run_conditions
from reco_core.afp.simulation.classes import CLASSES
from tests.reco_core.afp.simulation import made

NAMES = [row.name for row in CLASSES]


def column(truth, name):
    return made.truth_column(truth, name)


def on_plane(name):
    """Hits on the plane that the truth names, on the others (E, 3), and the severity."""
    hits, truth = made.of_class(name)
    counts, plane = made.per_plane(hits), column(truth, "PLANE").astype(int)
    rows = np.arange(len(counts))
    others = counts[np.arange(4) != plane[:, None]].reshape(-1, 3)
    return counts[rows, plane], others, column(truth, "SEVERITY")


def test_eight_classes_are_anomalous_and_two_are_not():
    assert [row.name for row in CLASSES if not row.anomalous] == ["single_proton", "two_protons"]
    assert len(CLASSES) == 10


@pytest.mark.parametrize("name", NAMES)
def test_hits_are_sound_and_in_order(name):
    hits, _ = made.of_class(name)
    again = checked_hits(*hits, where=name)
    assert all(np.array_equal(a, b) for a, b in zip(again, hits, strict=True))


@pytest.mark.parametrize("row", CLASSES, ids=lambda row: row.name)
def test_plane_and_severity_are_told_where_the_table_says_so(row):
    _, truth = made.of_class(row.name)
    plane, severity = column(truth, "PLANE"), column(truth, "SEVERITY")
    assert np.all((plane >= 0) == bool(row.plane))
    assert np.all((severity >= 0) == bool(row.severity))
    least = 3 if row.name in ("secondary", "scattering") else 4
    assert len(np.unique(plane)) == (least if row.plane else 1)


def test_two_protons_have_twice_the_hits():
    hits, truth = made.of_class("two_protons")
    assert np.all(column(truth, "N_TRACKS") == 2)
    assert np.diff(hits.start).mean() == pytest.approx(16.4, abs=0.6)


def test_multi_track_has_2_to_4_tracks_and_hits_to_go_with_them():
    hits, truth = made.of_class("multi_track")
    tracks, counts = column(truth, "N_TRACKS"), np.diff(hits.start)
    assert set(tracks) == {2, 3, 4}
    assert np.array_equal(tracks, column(truth, "SEVERITY"))
    mean = [counts[tracks == n].mean() for n in (2, 3, 4)]
    assert mean == pytest.approx([16, 24, 32], rel=0.1)


def test_a_shower_grows_from_plane_to_plane():
    hits, truth = made.of_class("shower")
    mean = made.per_plane(hits).mean(axis=0)
    assert np.all(np.diff(mean) > 0)
    assert np.log(column(truth, "SEVERITY")).mean() == pytest.approx(2.7, abs=0.1)
    assert np.log(column(truth, "SEVERITY")).std() == pytest.approx(0.5, abs=0.06)
    # Some lie beyond the sensor, some on each other, and the proton's own two are there as well.
    assert mean[0] == pytest.approx(0.9 * np.exp(2.7 + 0.125) + 2, rel=0.1)


def test_a_missing_plane_is_empty():
    there, others, _ = on_plane("missing_plane")
    assert np.all(there == 0)
    assert others.mean() > 1.9


def test_a_noisy_plane_has_10_to_60_further_hits():
    there, others, further = on_plane("noisy_plane")
    assert further.min() >= 10
    assert further.max() <= 60
    assert len(np.unique(further)) > 45
    assert np.all(there >= further)
    assert np.mean(there - further) == pytest.approx(others.mean(), abs=0.3)


def test_a_hot_column_has_its_hits_in_one_column():
    hits, truth = made.of_class("dead_hot_column")
    plane, further = column(truth, "PLANE"), column(truth, "SEVERITY")
    assert np.mean(further > 0) == pytest.approx(0.8, abs=0.06)
    for k in np.flatnonzero(further > 0):
        one = hits.part(k, k + 1)
        most = np.bincount(one.col[one.plane == plane[k]]).max()
        assert further[k] <= most <= further[k] + 6
    assert set(further[further > 0]) <= set(range(10, 101))


def test_a_dead_column_takes_the_proton_from_the_plane():
    there, others, further = on_plane("dead_hot_column")
    dead = further == 0
    assert np.mean(there[dead] == 0) > 0.85  # else its charge reached the next column, or noise
    assert np.mean(others[dead] == 0) < 0.05


def test_products_fan_out_behind_the_interaction():
    hits, truth = made.of_class("secondary")
    counts, plane = made.per_plane(hits), column(truth, "PLANE").astype(int)
    prongs = column(truth, "SEVERITY")
    assert set(prongs) == {2, 3, 4, 5, 6, 7}
    before = np.arange(4) <= plane[:, None]
    assert counts[before].mean() == pytest.approx(2.03, abs=0.15)
    assert counts[~before].mean() == pytest.approx(2.03 * 4.5, rel=0.15)  # some overlap


def predicted(name):
    """Row and col (E, 4) of the proton by the truth and the run's planes."""
    found = []
    for one in made.test_mix():
        here = run_conditions("test", made.SEED, one.run - 1)
        world = made.aligned()._replace(conditions=here)
        for truth in one.truth[one.kind == NAMES.index(name)]:
            x_mm, y_mm = truth[1], truth[2]
            z = x_mm * np.sin(np.radians(14))
            start = (x_mm * np.cos(np.radians(14)), y_mm, z, truth[3], truth[4])
            station = int(truth[0])
            found.append([made.place(*start, world, station, plane)[:2] for plane in range(4)])
    return np.array(found)


def test_an_edge_proton_is_at_an_edge_of_the_plane():
    _, truth = made.of_class("edge")
    places = predicted("edge")
    row, col = places[np.arange(len(places)), column(truth, "PLANE").astype(int)].T
    at = np.stack(((row < 1.5), (row > 334.5), (col < 1), (col > 79)))
    assert np.all(at.any(axis=0))
    assert np.all(at.mean(axis=1) > 0.15)


def residuals(name, chosen):
    """Charge-weighted row minus that of the truth on each plane of the chosen events; no nan."""
    hits, _ = made.of_class(name)
    row = np.full((hits.n_events, 4), np.nan)
    charge, moment = np.zeros_like(row), np.zeros_like(row)
    np.add.at(charge, (hits.event, hits.plane), hits.charge)
    np.add.at(moment, (hits.event, hits.plane), hits.charge * (hits.row + 0.5))
    seen = charge > 0
    row[seen] = moment[seen] / charge[seen]
    off = (row - predicted(name)[..., 0])[chosen]
    return off[np.isfinite(off)]


def test_the_truth_says_where_the_hits_are():
    """Half of a pixel's 50 um at most: the published resolution of a plane is 5.5 to 10 um."""
    off = residuals("single_proton", slice(0, 2000))
    assert abs(np.median(off)) < 0.02
    assert np.percentile(np.abs(off), 68) < 0.2


def test_scattered_protons_leave_the_line_behind_the_kink():
    _, truth = made.of_class("scattering")
    angle, plane = column(truth, "SEVERITY"), column(truth, "PLANE")
    assert angle.min() >= 0.010
    assert angle.max() <= 0.100
    before = residuals("scattering", np.arange(4) <= plane[:, None])
    behind = residuals("scattering", np.arange(4) > plane[:, None])
    assert np.percentile(np.abs(before), 68) < 0.2
    assert np.percentile(np.abs(behind), 68) > 5  # 55 mrad on 9 mm are 10 rows
