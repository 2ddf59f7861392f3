from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from reco_core.icecube.detector import Detector
from reco_core.icecube.event import Pulses
from reco_core.icecube.features import all_features, features
from reco_core.icecube.features_document import features_document
from reco_core.icecube.features_row import FEWER_THAN
from reco_core.icecube.pulse_batch import pack
from tests.reco_core.icecube.slow_features import slow_features

ROOT = Path(__file__).resolve().parents[3]
NOTHING = Pulses(np.zeros(0, np.int16), np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.bool_))


@pytest.fixture
def events(noisy_muon):
    return [noisy_muon(seed) for seed in range(12)]


@pytest.fixture
def odd_events(pulses_of):
    """Each lacks something."""
    return {
        "nothing": NOTHING,
        "one pulse": pulses_of([5], [7]),
        "two pulses": pulses_of([5, 900], [7, 90]),
        "all auxiliary": pulses_of([5, 900, 2000], [7, 90, 100], auxiliary=True),
        "one DOM": pulses_of([77] * 6, range(6)),
        "one string": pulses_of(range(60), range(60)),
        "one time": pulses_of([1, 900, 2000, 4000], [7] * 4),
        "no charge": pulses_of([1, 900, 2000, 4000], [1, 2, 3, 4], charge_pe=0.0),
        "late": pulses_of([1, 900, 2000, 4000], [-(2**31), 0, 9, 2**31 - 1]),
        "bright": pulses_of([1, 900, 2000, 4000], [1, 2, 3, 4], charge_pe=1e9),
    }


def table(events, detector):
    return features(pack(events), detector).collect()


def test_the_page_says_what_the_table_holds():
    assert (ROOT / "docs" / "features.md").read_text() == features_document()


def test_every_column_is_named_once_and_described():
    rows = all_features()
    assert len({row.name for row in rows}) == len(rows)
    assert all(row.meaning and row.source for row in rows)


def test_columns_are_those_of_the_rows(events, detector):
    found = table(events, detector)
    assert found.columns == [row.name for row in all_features()]
    assert len(found) == len(events)
    assert all(dtype.is_numeric() for dtype in found.dtypes)


def test_no_events_give_an_empty_table_of_the_same_columns(events, detector):
    assert table([], detector).schema == table(events, detector).schema


def test_the_plan_is_lazy(events, detector):
    assert isinstance(features(pack(events), detector), pl.LazyFrame)


def test_numbers_are_those_of_each_event_alone(events, detector):
    found = table(events, detector)
    for pulses, row in zip(events, found.iter_rows(named=True), strict=True):
        slow = slow_features(pulses, detector)
        assert row == pytest.approx({name: slow[name] for name in row}, rel=1e-6, abs=1e-6)


def test_columns_asked_for_are_those_of_the_whole_table(events, odd_events, detector):
    batch = pack([*events, *odd_events.values()])
    whole = features(batch, detector).collect()
    names = whole.columns
    for wanted in (*((name,) for name in names[::7]), tuple(reversed(names[::5]))):
        found = features(batch, detector, wanted).collect()
        assert_frame_equal(found, whole.select(wanted))


def test_events_do_not_mind_their_neighbours(events, odd_events, detector):
    mixed = [*odd_events.values(), *events]
    alone = pl.concat([table([pulses], detector) for pulses in mixed])
    assert_frame_equal(table(mixed, detector), alone, rel_tol=1e-9, abs_tol=1e-9)


def test_nothing_is_nan_and_null_has_a_reason(odd_events, detector):
    found = table(odd_events.values(), detector)
    numbers = found.select(pl.col(pl.Float64))
    assert (
        not numbers.select(pl.all().is_nan().any() | pl.all().is_infinite().any())
        .row(0)
        .count(True)
    )
    never = [row.name for row in all_features() if not row.missing]
    assert sum(found.select(never).null_count().row(0)) == 0


def test_what_an_event_lacks_is_null(odd_events, detector):
    found = dict(
        zip(odd_events, table(odd_events.values(), detector).iter_rows(named=True), strict=True)
    )
    two = found["two pulses"]
    for row in all_features():
        wants = {none: n for reasons in FEWER_THAN.values() for n, none in enumerate(reasons, 1)}
        if row.missing in wants:
            assert (two[row.name] is None) == (wants[row.missing] > 2), row.name
    assert found["nothing"]["n_pulses_all"] == 0
    assert found["all auxiliary"]["n_doms_non_auxiliary"] == 0
    assert found["all auxiliary"]["median_x_m_non_auxiliary"] is None
    assert found["one DOM"]["pca_axis_1_x_all"] is None
    assert found["one DOM"]["pca_extent_m_all"] == pytest.approx(0, abs=1e-3)
    assert found["one string"]["pca_axis_1_z_all"] == pytest.approx(1)
    assert found["one string"]["pca_axis_2_x_all"] is None
    assert found["one string"]["pca_zenith_all"] == 0
    assert found["one time"]["pca_zenith_all"] is None
    assert found["one time"]["pca_axis_1_x_all"] is not None
    assert found["one time"]["line_fit_x"] is None
    assert found["no charge"]["charge_share_top"] is None
    assert found["no charge"]["mean_charge_pe_all"] == 0


def test_axes_point_to_where_the_light_came_from(detector, pulses_of):
    place = Detector(np.array([0, 5.0, -7.0]) + np.outer(np.arange(8), [30.0, 0, 0]))
    row = table([pulses_of(range(8), np.arange(8) * 100)], place).row(0, named=True)
    for method in ("pca", "wpca", "wpca_steep"):
        assert row[f"{method}_azimuth_all"] == pytest.approx(np.pi)
        assert row[f"{method}_zenith_all"] == pytest.approx(np.pi / 2)
    assert row["line_fit_x"] == pytest.approx(-1)
    assert row["line_fit_speed_m_per_ns"] == pytest.approx(0.3)
    assert row["pca_linearity_all"] == pytest.approx(1)


def test_all_times_shifted_change_nothing(events, detector):
    later = [Pulses(p.sensor_id, p.time_ns + 12345, p.charge_pe, p.auxiliary) for p in events]
    assert table(later, detector).equals(table(events, detector))


def test_turned_about_the_vertical_the_axes_turn(events, detector):
    angle = 0.7
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0],
                     [0, 0, 1]])  # fmt: skip
    turned = table(events, Detector(detector.position_m @ turn.T))
    straight = table(events, detector)
    for name in ("pca_azimuth_all", "pca_azimuth_non_auxiliary"):
        step = (turned[name] - straight[name] - angle).to_numpy()
        assert np.cos(step) == pytest.approx(1)
    for name in ("pca_zenith_all", "pca_linearity_all", "line_fit_z", "charge_radius_m"):
        assert turned[name].to_numpy() == pytest.approx(straight[name].to_numpy())


def test_the_largest_event_passes(detector, pulses_of):
    rng = np.random.default_rng(4)
    n = 178_000
    pulses = pulses_of(rng.integers(0, 5160, n), rng.integers(0, 70_000, n), rng.random(n))
    row = table([pulses], detector).row(0, named=True)
    assert row["n_pulses_all"] == n
    assert row["n_doms_all"] == 5160


def test_importing_compiles_nothing():
    code = (
        "import sys, reco_core.icecube.features, reco_core.icecube.classification.verdict,"
        " reco_core.icecube.classification.batch_veto,"
        " reco_core.icecube.classification.batch_first_light; assert 'numba' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
