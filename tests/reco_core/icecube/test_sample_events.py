"""Real and officially simulated events: what is published of them, and what we say of them."""

from __future__ import annotations

import csv

import numpy as np
import polars as pl
import pytest

from reco_core.directions import opening_angle, source_direction
from reco_core.icecube.classification.verdict import verdict
from reco_core.icecube.event import checked_pulses
from reco_core.icecube.light_range import light_range
from reco_core.icecube.reconstructions.registry import reconstruct
from reco_core.icecube.summary import summary_sentence

KAGGLE = "kaggle/train/batch_1.parquet"
RECORDED = "recorded/train/batch_1.parquet"
SIMULATION = "icecube_simulation/train/batch_1.parquet"


def pulses_in(samples, file, event_id):
    rows = pl.read_parquet(samples / file).filter(pl.col("event_id") == event_id)
    columns = (rows[name].to_numpy() for name in ("sensor_id", "time", "charge", "auxiliary"))
    return checked_pulses(*columns, where=f"event {event_id} of {file}")


def degrees_between(found, zenith, azimuth):
    source = source_direction(found.zenith, found.azimuth)
    return np.degrees(opening_angle(source, source_direction(zenith, azimuth)))


@pytest.mark.parametrize("event_id", [25, 28])
def test_line_fit_is_the_collaborations_line_fit(samples, detector, event_id):
    with (samples / "icecube_simulation" / "official_recos.csv").open() as file:
        fits = {(row["event_id"], row["reco"]): row for row in csv.DictReader(file)}
    official = fits[str(event_id), "LineFitIC"]
    found = reconstruct("line_fit", pulses_in(samples, SIMULATION, event_id), detector)
    assert degrees_between(found, float(official["zenith"]), float(official["azimuth"])) < 0.6


@pytest.mark.parametrize(
    ("file", "event_id", "two_halves_deg", "line_fit_deg"),
    [
        (SIMULATION, 25, 4, 4),
        (SIMULATION, 28, 2.5, 1),
        (SIMULATION, 10, 2, 2),
        (SIMULATION, 11, 16, 10),
        (RECORDED, 31747601, 2, 1.5),
    ],
)
def test_bright_tracks_are_found(samples, detector, file, event_id, two_halves_deg, line_fit_deg):
    meta = pl.read_parquet((samples / file).parent.with_name("train_meta.parquet"))
    truth = meta.filter(pl.col("event_id") == event_id).row(0, named=True)
    pulses = pulses_in(samples, file, event_id)
    for key, limit_deg in (("two_halves", two_halves_deg), ("line_fit", line_fit_deg)):
        found = reconstruct(key, pulses, detector)
        assert degrees_between(found, truth["zenith"], truth["azimuth"]) < limit_deg


@pytest.mark.parametrize("event_id", [25, 28])
def test_line_fit_of_a_muon_moves_at_about_c(samples, detector, event_id):
    found = reconstruct("line_fit", pulses_in(samples, SIMULATION, event_id), detector)
    assert found.speed_m_per_ns == pytest.approx(0.3, abs=0.02)


@pytest.mark.parametrize(
    ("file", "event_id", "sentence"),
    [
        (
            RECORDED,
            36556705,  # Ernie, a cascade
            "9,347 pulses on 333 DOMs of 27 strings, 113,779 PE, 14.2 \u00b5s, no clear direction",
        ),
        (
            RECORDED,
            31747601,  # a nearly horizontal track
            "948 pulses on 216 DOMs of 50 strings, 885.5 PE, 14.9 \u00b5s, moving sideways",
        ),
        (
            KAGGLE,
            72,
            "62 pulses on 48 DOMs of 31 strings, 55.8 PE, 11.6 \u00b5s, moving down",
        ),
        (
            SIMULATION,
            25,
            "628 pulses on 158 DOMs of 16 strings, 932.0 PE, 6.9 \u00b5s, moving up",
        ),
        (
            SIMULATION,
            20,  # noise
            "34 pulses on 30 DOMs of 24 strings, 30.8 PE, 9.7 \u00b5s, no clear direction",
        ),
    ],
)
def test_summaries(samples, detector, file, event_id, sentence):
    assert summary_sentence(pulses_in(samples, file, event_id), detector) == sentence


@pytest.mark.parametrize(
    ("file", "event_id", "hardness_all", "hardness_non_auxiliary", "label"),
    [
        (RECORDED, 36556705, 0, 0, "Easy"),
        (RECORDED, 31747601, 0.75 / 2.25, 1 / 2.25, "Easy"),
        (KAGGLE, 41, 0, 1, "Hard"),
        (KAGGLE, 72, 1.5 / 2.25, 1 / 2.25, "Easy"),
        (KAGGLE, 67, 0, 1.25 / 2.25, "Hard"),
        (SIMULATION, 25, 0.5 / 2.25, 1 / 2.25, "Easy"),
    ],
)
def test_verdicts(samples, detector, file, event_id, hardness_all, hardness_non_auxiliary, label):
    found = verdict(pulses_in(samples, file, event_id), detector)
    assert found.hardness_all == pytest.approx(hardness_all)
    assert found.hardness_non_auxiliary == pytest.approx(hardness_non_auxiliary)
    assert found.label == label


@pytest.mark.parametrize(
    ("file", "event_id", "start_ns", "end_ns"),
    [
        (RECORDED, 36556705, 9_862, 13_448),
        (RECORDED, 31747601, 9_688, 13_646),
        (SIMULATION, 25, 9_717, 13_549),
        (KAGGLE, 67, 18_393, 21_474),  # without the lone pulses at 9.9 and 11.8 us
        (KAGGLE, 72, 9_838, 10_474),  # without that at 12.2 us
    ],
)
def test_ranges_are_of_the_light(samples, file, event_id, start_ns, end_ns):
    found = light_range(pulses_in(samples, file, event_id))
    assert found == pytest.approx((start_ns, end_ns), abs=1)
