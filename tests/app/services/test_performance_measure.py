"""Measures of one method: angles as `evaluate` gives them, and the calibration of uncertainties."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from app.services.performance_measure import STATED, TIMES, measured
from app.services.performance_truth import Known
from reco_core.directions import source_direction
from reco_core.icecube.evaluation.groups import Facts
from reco_core.icecube.evaluation.measure import measure

N = 2000


def known_of(n: int = N, unknown: int = 0) -> Known:
    """Events from all over the sky, the first of them of unknown direction."""
    rng = np.random.default_rng(0)
    zenith, azimuth = np.arccos(rng.uniform(-1, 1, n)), rng.uniform(0, 2 * np.pi, n)
    zenith[:unknown] = np.nan
    facts = Facts(
        np.where(np.arange(n) % 2, "track", "cascade"), 10 ** rng.uniform(2, 6, n), zenith,
        rng.integers(10, 500, n),
    )  # fmt: skip
    return Known(source_direction(zenith, azimuth), facts, np.isfinite(zenith))


def answers_of(zenith, azimuth, stated=None, status="ok") -> pl.DataFrame:  # type: ignore[no-untyped-def]
    n = len(zenith)
    return pl.DataFrame(
        {
            "event_id": np.arange(n),
            "status": [status] * n,
            "zenith": zenith,
            "azimuth": azimuth,
            "uncertainty_rad": pl.Series(
                [None] * n if stated is None else stated, dtype=pl.Float64
            ),
        }
    )


def moved(known: Known, angle: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Zenith and azimuth of directions that are off by these angles, rad, to any side."""
    rng = np.random.default_rng(1)
    source = np.nan_to_num(known.source, nan=0.5)
    source /= np.linalg.norm(source, axis=1, keepdims=True)
    aside = np.cross(source, rng.normal(size=source.shape))
    aside /= np.linalg.norm(aside, axis=1, keepdims=True)
    found = source * np.cos(angle)[:, None] + aside * np.sin(angle)[:, None]
    azimuth = np.arctan2(found[:, 1], found[:, 0]) % (2 * np.pi)
    return np.arccos(np.clip(found[:, 2], -1, 1)), azimuth


def rows_of(found: dict, kind: str) -> dict[str, dict]:
    return {row["group"]: row for row in found["measures"] if row["group_kind"] == kind}


def test_angles_are_measured_as_by_the_evaluation() -> None:
    known = known_of()
    angle = np.linspace(0.001, 1.0, N)
    found = measured(answers_of(*moved(known, angle)), known, "own")
    everything = rows_of(found, "all")["all"]
    expected = measure(angle)
    assert everything["median_rad"] == pytest.approx(expected.median.value)
    assert everything["mean_rad_low"] == pytest.approx(expected.mean.low)
    assert everything["contain68_rad"] == pytest.approx(expected.contain68.value)
    assert (everything["n_events"], everything["n_failed"]) == (N, 0)
    assert set(rows_of(found, "class")) == {"track", "cascade"}
    assert sum(row["n_events"] for row in rows_of(found, "zenith").values()) == N
    curve = found["curves"]["all"]["all"]
    assert curve[50] == pytest.approx(expected.median.value, rel=1e-4)
    assert curve == sorted(curve)
    json.dumps(found, allow_nan=False)


def test_uncertainties_of_a_gaussian_in_two_dimensions_hold_what_they_state() -> None:
    known = known_of()
    rng = np.random.default_rng(2)
    stated = rng.uniform(0.005, 0.05, N)
    angle = stated * np.sqrt(np.log(rng.random(N)) / np.log(1 - STATED))
    found = measured(answers_of(*moved(known, angle), stated), known, "own")
    everything = rows_of(found, "all")["all"]
    low, high = everything["within_stated_low"], everything["within_stated_high"]
    assert low < everything["within_stated"] < high
    assert abs(everything["within_stated"] - STATED) < 3 * (high - low)
    calibration = found["calibration"]["all"]["all"]
    gauss = 1 - (1 - STATED) ** (TIMES**2)
    assert np.abs(np.array(calibration["share_within"]) - gauss).max() < 0.05
    ratio = np.array(calibration["true_rad"])[:, 0] / calibration["stated_rad"]
    assert np.abs(np.log(ratio)).max() < 0.25
    assert set(found["calibration"]["class"]) == {"track", "cascade"}


def test_events_without_truth_are_left_out_and_counted() -> None:
    known = known_of(unknown=300)
    found = measured(answers_of(*moved(known, np.full(N, 0.2))), known, "own")
    assert (found["n_events"], found["n_without_truth"]) == (N - 300, 300)
    assert rows_of(found, "all")["all"]["n_events"] == N - 300


def test_a_method_without_uncertainties_has_no_calibration() -> None:
    known = known_of()
    found = measured(answers_of(*moved(known, np.full(N, 0.2))), known, "own")
    everything = rows_of(found, "all")["all"]
    assert (everything["n_stated"], everything["within_stated"]) == (0, None)
    assert found["calibration"] == {}


def test_events_without_an_answer_are_counted_and_not_measured() -> None:
    known = known_of()
    angle = np.where(np.arange(N) < 500, 0.1, 3.0)
    answers = answers_of(*moved(known, angle), np.full(N, 0.2)).with_columns(
        pl.when(pl.col("event_id") < 500).then(pl.lit("ok")).otherwise(pl.lit("no light"))
        .alias("status")
    )  # fmt: skip
    everything = rows_of(measured(answers, known, "own"), "all")["all"]
    assert (everything["n_events"], everything["n_failed"]) == (500, N - 500)
    assert everything["mean_rad"] == pytest.approx(0.1)
    assert (everything["n_stated"], everything["within_stated"]) == (500, 1.0)


@pytest.mark.parametrize("n", [1, 2, 50])
def test_few_events_are_enough(n: int) -> None:
    known = known_of(n)
    found = measured(answers_of(*moved(known, np.full(n, 0.1)), np.full(n, 0.2)), known, "own")
    assert rows_of(found, "all")["all"]["n_events"] == n
    assert len(found["calibration"]["all"]["all"]["stated_rad"]) == 1


@pytest.mark.parametrize(("unknown", "status"), [(N, "ok"), (0, "no light")])
def test_nothing_to_measure_is_no_error(unknown: int, status: str) -> None:
    known = known_of(unknown=unknown)
    answers = answers_of(*moved(known, np.full(N, 0.1)), status=status)
    found = measured(answers, known, "own")
    assert found["measures"] == []
    assert found["n_events"] == N - unknown
