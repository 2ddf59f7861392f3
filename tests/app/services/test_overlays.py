"""Rows of the directions as the browser reads them."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from app.services.algorithms import DIRECTION_COLUMNS, Algorithm
from app.services.answers import Answer
from app.services.overlays import answered, overlay_json, truth_overlay, unanswered
from reco_core.icecube.dataset import Dataset
from reco_core.icecube.event import Event, Pulses, Truth
from reco_core.icecube.sky import equatorial
from tests.reco_core.icecube.small_datasets import opened, write_small

VALUES = {"zenith": 1.1, "azimuth": 2.0, "point_x_m": 1.0, "point_y_m": 2.0, "point_z_m": 3.0,
          "time_ns": 10_500.0, "n_doms_used": 4, "speed_m_per_ns": 0.3, "uncertainty_rad": 0.02,
          "quality": 0.9, "energy_gev": 12_000.0}  # fmt: skip
MJD = 55929.3986
VERTEX = {"vertex_m": (0.0, 0.0, 0.0), "time_ns": 10_000.0}


def algorithm(**more: Any) -> Algorithm:
    return Algorithm("new_fit", "New fit", "test", 1, DIRECTION_COLUMNS, lambda *_: [], **more)


def event(**truth: object) -> Event:
    times = np.array([10_000, 10_300], np.int64)
    pulses = Pulses(np.array([5, 70], np.int16), times, np.ones(2), np.zeros(2, bool))
    return Event(1, "train", 1, pulses, Truth(zenith=1.0, azimuth=2.0, **truth))  # type: ignore[arg-type]


@pytest.fixture
def dataset(tmp_path) -> Dataset:  # type: ignore[no-untyped-def]
    write_small(tmp_path / "set", {1: 4})
    return opened(tmp_path / "set")


def test_what_an_algorithm_estimates_reaches_the_page() -> None:
    row = overlay_json(answered(Answer("ok", VALUES), algorithm(), event()), 10_000)
    assert {name: row[name] for name in ("uncertainty_rad", "quality", "energy_gev")} == {
        "uncertainty_rad": 0.02, "quality": 0.9, "energy_gev": 12_000.0
    }  # fmt: skip
    assert row["opening_angle"] == pytest.approx(0.1)
    assert (row["time_ns"], row["time_fitted"]) == (500.0, True)
    assert (row["right_ascension"], row["declination"]) == (None, None)
    json.dumps(row, allow_nan=False)


def test_an_algorithm_of_an_older_plug_in_estimates_nothing() -> None:
    few = {name: VALUES[name] for name in list(VALUES)[:8]}
    overlay = answered(Answer("ok", few), algorithm(), event())
    assert (overlay.uncertainty_rad, overlay.quality, overlay.energy_gev) == (None,) * 3


@pytest.mark.parametrize("kind", ["track", "cascade"])
def test_a_row_is_of_the_kind_of_its_algorithm_from_the_beginning(kind: str) -> None:
    assert unanswered(algorithm(kind=kind), "queued").kind == kind
    assert answered(Answer("ok", VALUES), algorithm(kind=kind), event()).kind == kind


def test_methods_that_fit_no_time_say_so(dataset: Dataset) -> None:
    assert answered(Answer("ok", VALUES), algorithm(), event()).time_fitted
    assert not answered(Answer("ok", VALUES), algorithm(fits_time=False), event()).time_fitted
    gone = VALUES | {"time_ns": None}
    assert not answered(Answer("ok", gone), algorithm(), event()).time_fitted
    for truth, known in ((event(**VERTEX), True), (event(vertex_m=(0.0, 0.0, 0.0)), False)):
        overlay = truth_overlay(truth, dataset)
        assert overlay is not None
        assert overlay.time_fitted is known


def test_with_a_date_a_direction_has_its_place_on_the_sky(dataset: Dataset) -> None:
    truth = truth_overlay(event(mjd=MJD), dataset)
    assert truth is not None
    assert (truth.right_ascension, truth.declination) == equatorial(1.0, 2.0, MJD)
    fit = answered(Answer("ok", VALUES), algorithm(), event(mjd=MJD))
    assert fit.declination == pytest.approx(1.1 - math.pi / 2)


def test_the_energy_of_the_truth_is_told(dataset: Dataset) -> None:
    truth = truth_overlay(event(energy_gev=5e3), dataset)
    assert truth is not None
    assert overlay_json(replace(truth), 0)["energy_gev"] == 5e3
