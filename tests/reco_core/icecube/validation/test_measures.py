"""The measures against obvious loops over events, and on real events."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from reco_core.icecube.classification.containment import regions_of
from reco_core.icecube.classification.first_motion import motion
from reco_core.icecube.dataset import find_datasets
from reco_core.icecube.validation.curves import LEVELS, curves
from reco_core.icecube.validation.measures import measure
from reco_core.icecube.validation.published import QUANTITIES


def slices(sample):
    return [slice(start, end) for start, end in zip(sample.start, sample.end, strict=True)]


def first_pulses(sample, detector, rows_of_event):
    """Shares of regions and motions, event by event."""
    found, events = Counter(), 0
    for rows in map(rows_of_event, slices(sample)):
        if not len(rows):
            continue
        events += 1
        first, second = sample.sensor_id[rows[0]], sample.sensor_id[rows[min(1, len(rows) - 1)]]
        found.update(region.key for region in regions_of(int(first), detector))
        z = detector.position_m[:, 2]
        found[motion(z[second] - z[first]).key] += 1
    return {key: count / events for key, count in found.items()}


@pytest.mark.parametrize("seed", range(4))
def test_first_pulses_as_in_a_loop_over_events(random_sample, detector, seed):
    sample = random_sample(seed, events=200, most=4)
    found = measure(sample, detector)

    def all_rows(event):
        return np.arange(event.start, event.stop)

    def light_rows(event):
        return event.start + np.flatnonzero(~sample.auxiliary[event])

    for which, rows in (("all", all_rows), ("light", light_rows)):
        expected = first_pulses(sample, detector, rows)
        for key in ("side", "top", "bottom"):
            assert found[f"first_{which}.{key}"] == pytest.approx(expected.get(key, 0.0))
        for key in ("up", "horizontal", "down"):
            assert found[f"motion_{which}.{key}"] == pytest.approx(expected.get(key, 0.0))


@pytest.mark.parametrize("seed", range(4))
def test_times_and_counts_as_in_a_loop_over_events(random_sample, seed):
    sample = random_sample(seed)
    found = measure(sample)
    times = [sample.time_ns[event] for event in slices(sample)]
    n = [len(event) for event in times]
    duration = [event.max() - event.min() for event in times]
    assert found["n_pulses.q0.9"] == np.quantile(n, 0.9)
    assert found["n_pulses.mean"] == pytest.approx(np.mean(n))
    assert found["duration.q0.95"] == pytest.approx(np.quantile(duration, 0.95))
    assert found["first_time.q0.25"] == np.quantile([event.min() for event in times], 0.25)
    assert found["last_time.q0.75"] == np.quantile([event.max() for event in times], 0.75)
    means = [event.mean() for event in times]
    assert found["mean_time.q0.5"] == pytest.approx(np.quantile(means, 0.5))
    assert found["n_duration.correlation"] == pytest.approx(np.corrcoef(n, duration)[0, 1])
    small = [d for d, k in zip(duration, n, strict=True) if 15 <= k <= 39]
    assert found["n_15_39.share"] == pytest.approx(len(small) / len(n))
    assert found["n_15_39.duration.q0.25"] == pytest.approx(np.quantile(small, 0.25))
    assert "n_400_2999.duration.q0.5" not in found  # no such event


@pytest.mark.parametrize("seed", range(4))
def test_charges_and_flags_as_in_a_loop_over_events(random_sample, seed):
    sample = random_sample(seed)
    found = measure(sample)
    shares = [sample.auxiliary[event].mean() for event in slices(sample)]
    assert found["auxiliary.event.q0.5"] == pytest.approx(np.median(shares))
    assert found["auxiliary.pulses"] == pytest.approx(sample.auxiliary.mean())
    assert found["charge.q0.75"] == pytest.approx(np.quantile(sample.charge_pe, 0.75))
    light = sample.charge_pe[~sample.auxiliary]
    assert found["charge_non_auxiliary.q0.95"] == pytest.approx(np.quantile(light, 0.95))


@pytest.mark.parametrize("seed", range(4))
def test_pulses_per_dom_as_in_a_loop_over_events(random_sample, seed):
    sample = random_sample(seed, most=60, sensors=8)
    counts = [k for event in slices(sample) for k in Counter(sample.sensor_id[event]).values()]
    found = measure(sample)
    bins = {"1": (1, 1), "2_3": (2, 3), "4_10": (4, 10), "11_more": (11, 10**9)}
    for name, (low, high) in bins.items():
        expected = np.mean([low <= k <= high for k in counts])
        assert found[f"dom_pulses.{name}"] == pytest.approx(expected)


def test_busiest_doms_are_looked_for_among_our_twenty(sample_of_events):
    """Nineteen busier ones leave room for one of the five."""
    sensor_id = np.repeat(np.r_[np.arange(19), 5038, 4979], np.r_[np.full(19, 3), 2, 1])
    found = measure(sample_of_events([(sensor_id, 10_000 + np.arange(len(sensor_id)), 1.0, False)]))
    assert found["sensors.busiest_shared"] == 1
    assert found["sensors.seen"] == 21
    assert found["sensors.busiest_pulses"] == 3 * 200_000
    assert found["sensors.quietest_pulses"] == 1 * 200_000


def test_pulses_at_the_same_time_count_in_the_order_stored(sample_of_events):
    """DOM 0 is above DOM 1."""
    down = sample_of_events([([0, 1], [10_000, 10_000], 1.0, False)])
    up = sample_of_events([([1, 0], [10_000, 10_000], 1.0, False)])
    assert measure(down)["motion_all.down"] == 1
    assert measure(up)["motion_all.up"] == 1


def test_a_single_pulse_is_horizontal(sample_of_events):
    assert measure(sample_of_events([([7], [10_000], 1.0, False)]))["motion_all.horizontal"] == 1


def test_what_a_sample_does_not_have_is_left_out(sample_of_events):
    found = measure(sample_of_events([([7, 8], [10_000, 10_500], 1.0, True)]))
    assert not [key for key in found if key.startswith(("first_light", "charge_non_auxiliary"))]
    assert found["first_all.side"] == 1
    assert np.isfinite(list(found.values())).all()


def test_every_published_quantity_is_measured(random_sample):
    """All but the classes of pulse counts that a small sample does not reach."""
    found = measure(random_sample(1, most=60))
    missing = {row.key for row in QUANTITIES} - set(found)
    assert all(".duration.q" in key for key in missing), missing


def test_curves_hold_the_measured_quantiles(random_sample):
    sample = random_sample(2)
    drawn, found = curves(sample), measure(sample)
    assert all(len(values) == len(LEVELS) for values in drawn.values())
    for key in ("n_pulses.q0.5", "last_time.q0.25", "charge.q0.75", "zenith.q0.5"):
        name, _, level = key.rpartition(".q")
        assert drawn[name][LEVELS.index(float(level))] == pytest.approx(found[key])
    assert np.mean(drawn["ladder.time_sense"]) == pytest.approx(
        found["ladder.time_sense"], abs=0.3
    )  # the levels are denser at the top


def test_more_light_makes_other_numbers(random_sample):
    sample = random_sample(3)
    brighter = measure(replace(sample, charge_pe=2 * sample.charge_pe))
    assert brighter["charge.mean"] == pytest.approx(2 * measure(sample)["charge.mean"])


def test_five_real_training_events(samples, detector, sample_of_events, tmp_path):
    """Counts, times and flags lie where the distributions of the whole batch say."""
    (dataset,) = find_datasets(samples / "kaggle", tmp_path, 10**8)
    events = [dataset.event(event_id) for event_id in (24, 41, 59, 67, 72)]
    columns = [
        (e.pulses.sensor_id, e.pulses.time_ns, e.pulses.charge_pe, e.pulses.auxiliary)
        for e in events
    ]
    zenith, azimuth = zip(*((e.truth.zenith, e.truth.azimuth) for e in events), strict=True)
    found = measure(sample_of_events(columns, zenith, azimuth), detector)
    assert found["n_pulses.mean"] == (61 + 51 + 36 + 142 + 62) / 5
    assert 5714 <= found["first_time.min"] < 7000
    assert 9114 < found["duration.q0.5"] < 17532
    assert found["charge.min"] >= 0.025
    assert 0.6 < found["auxiliary.event.q0.5"] < 0.8
    assert found["ladder.no_axis"] == 0
