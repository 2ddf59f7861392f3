"""Dead and hot pixels and columns that are put in, and how many of them are found."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import nbinom, norm

from reco_core.afp.hits import EMPTY, joined
from reco_core.afp.occupancy import MOST_OF_EVENT, ODD_Z, SHAPE, Occupancy, _z, odd_places
from reco_core.afp.simulation.chunk import Job, run_conditions, simulate_chunk
from tests.reco_core.afp.batches import batch_of
from tests.reco_core.afp.simulation import made

NONE = np.zeros((4, 80), np.int64)
DEAD_COLUMNS, HOT_COLUMN = ((1, 40), (2, 60)), (0, 20)


def lit(n_events: int) -> np.ndarray:
    """(4, 336, 80) expected counts: dense next to the beam, with an edge, and some noise."""
    row, col = np.arange(336)[:, None], np.arange(80)
    density = np.where(row >= 9, np.exp(-(row - 9) / 70), 0) * np.exp(-((col - 45) ** 2) / 288)
    planes = [np.roll(density / density.sum(), shift, 0) for shift in (0, 2, 3, 1)]
    return np.stack(planes) * 2 * n_events + 0.02 * n_events / (336 * 80)


def spoilt(n_events: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Counts, what is expected of good pixels, and which are dead and hot."""
    rng = np.random.default_rng(seed)
    expected = lit(n_events)
    dead, hot = rng.random(SHAPE) < 0.001, rng.random(SHAPE) < 0.0002
    rate = np.where(dead, 0, expected) + hot * 10 ** rng.uniform(-3, -1.7, SHAPE) * n_events
    for plane, col in DEAD_COLUMNS:
        rate[plane, :, col] = 0
        dead[plane, :, col], hot[plane, :, col] = True, False
    plane, col = HOT_COLUMN
    rate[plane, :, col] += 2 * expected.mean()
    return rng.poisson(rate), expected, dead & ~hot, hot


@pytest.mark.parametrize(("n_events", "told"), [(14_500, 0), (100_000, 4), (1_000_000, 30)])
def test_what_is_put_in_is_found_and_nothing_else(n_events, told) -> None:
    """Of dead pixels those of which 25 hits or more are expected; of hot ones nearly all."""
    for seed in range(3):
        counts, expected, dead, hot = spoilt(n_events, seed)
        found = odd_places(counts, NONE)
        columns = np.zeros((4, 80), bool)
        columns[tuple(zip(*DEAD_COLUMNS, strict=True))] = True
        assert (found.columns.dead == columns).all()
        assert np.argwhere(found.columns.hot).tolist() == [[*HOT_COLUMN]]
        columns[HOT_COLUMN] = True
        alone = ~columns[:, None, :]
        sure = dead & alone & (expected > 25)
        assert sure.sum() >= told
        assert found.pixels.dead[sure].all()
        assert found.pixels.hot[hot & alone].mean() > 0.9
        assert (found.pixels.dead & ~dead).sum() <= 1
        assert (found.pixels.hot & ~hot).sum() <= 2


def test_a_good_sensor_has_nothing_odd() -> None:
    rng = np.random.default_rng(4)
    for n_events in (0, 100, 3_000, 300_000):
        found = odd_places(rng.poisson(lit(n_events)), NONE)
        assert not (found.columns.dead | found.columns.hot).any()
        assert (found.pixels.dead | found.pixels.hot).sum() <= 1
        assert np.isfinite(found.pixels.z).all()


def test_hot_pixels_of_a_simulated_run_are_found() -> None:
    """58,000 events of all stations; hot are those that fire in a thousandth of events or more."""
    job, station = Job("beam", 1300, 58_000, 0.05), 2
    occupancy, here = Occupancy(), run_conditions("beam", 1300, 0)
    for k in range(20):
        chunk = simulate_chunk(job, k)
        own = np.flatnonzero(made.truth_column(chunk.truth, "STATION") == station)
        occupancy.add(joined([chunk.hits.part(e, e + 1) for e in own]))
    hot = np.zeros(4 * 336 * 80, bool)
    hot[here.hot[station][here.hot_rate[station] > 0]] = True
    hot &= here.dead[station] == 0
    found = odd_places(occupancy.counts, occupancy.surplus).pixels
    assert 14_000 < occupancy.n_events < 15_000
    assert hot.sum() >= 3
    assert found.hot.ravel()[hot].all()
    assert (found.hot.ravel() & ~hot).sum() <= 1
    assert not (found.dead.ravel() & (here.dead[station] == 0)).any()


def test_counts_are_those_of_the_hits() -> None:
    occupancy = Occupancy()
    occupancy.add(batch_of([{(0, 5, 6): 1.0, (3, 335, 79): 2.0}, {(0, 5, 6): 1.0}, {}]))
    occupancy.add(EMPTY)
    assert occupancy.n_events == 3
    assert occupancy.counts.sum() == 3
    assert occupancy.counts[0, 5, 6] == 2
    assert occupancy.counts[3, 335, 79] == 1


def test_hits_of_an_event_in_a_column_count_up_to_four() -> None:
    rng = np.random.default_rng(6)
    events = []
    for n_hits in rng.integers(0, 400, 30):
        places = zip(rng.integers(4, size=n_hits), rng.integers(336, size=n_hits),
                     rng.integers(38, 42, size=n_hits), strict=True)  # fmt: skip
        events.append({tuple(map(int, place)): 1.0 for place in places})
    expected = np.zeros((4, 80), int)
    for event in events:
        for plane, col in {(plane, col) for plane, _, col in event}:
            n = sum((plane, col) == (other, at) for other, _, at in event)
            expected[plane, col] += max(n - MOST_OF_EVENT, 0)
    occupancy = Occupancy()
    occupancy.add(batch_of(events))
    assert expected.sum() > 500
    assert (occupancy.surplus == expected).all()


@pytest.mark.parametrize("share_of_events", [1.0, 0.003])
def test_a_column_that_fires_in_many_events_is_hot_and_one_of_a_single_event_is_not(
    share_of_events,
) -> None:
    counts, surplus = np.random.default_rng(7).poisson(lit(3_000)), NONE.copy()
    n = round(3_000 * share_of_events)
    counts[1, :, 50] += n
    surplus[1, 50] += (336 - MOST_OF_EVENT) * n
    counts[2, :100, 70] += 1
    surplus[2, 70] += 100 - MOST_OF_EVENT
    found = odd_places(counts, surplus).columns
    assert np.argwhere(found.hot).tolist() == ([[1, 50]] if share_of_events == 1 else [])


def test_z_is_that_of_the_negative_binomial_law() -> None:
    counts, expected, shape = np.meshgrid([0.0, 3, 20, 90], [0.5, 20, 40.0], [2.0, 50.0])
    law = nbinom(shape, shape / (shape + expected))
    low, high = law.cdf(counts), law.sf(counts - 1)
    normal = np.where(low < high, norm.ppf(np.minimum(low, 0.5)), norm.isf(np.minimum(high, 0.5)))
    assert _z(counts, expected, shape) == pytest.approx(normal, abs=1e-6)


def test_a_dead_pixel_needs_some_twenty_expected_hits() -> None:
    sure = np.full(1, 1e3)
    assert _z(np.zeros(1), np.full(1, 14.0), sure) > -ODD_Z
    assert _z(np.zeros(1), np.full(1, 16.0), sure) < -ODD_Z
