"""The evaluation beside the weights is of these weights."""

from __future__ import annotations

import polars as pl

from reco_core.afp.detectors.registry import DETECTORS
from reco_core.afp.evaluation.groups import ALL, ANOMALOUS, APART
from reco_core.afp.evaluation.measures import curve_rates
from reco_core.afp.evaluation.shipped import AGAIN, outdated, shipped


def test_the_weights_are_those_that_were_measured():
    assert outdated(shipped().rows) == [], f"measured with other weights; run {AGAIN}"


def test_weights_of_another_state_are_told():
    rows = shipped().rows
    of_pca = pl.col("detector") == "pca"
    other = pl.when(of_pca).then(pl.lit("other")).otherwise("fingerprint").alias("fingerprint")
    assert outdated(rows.with_columns(other)) == ["pca"]
    assert len(outdated(rows.with_columns(simulation_version=pl.lit(0)))) == len(DETECTORS)


def test_there_are_curves_of_every_detector_and_group():
    rows, curves = shipped()
    n_good = rows["n_good"][0]
    for row in DETECTORS:
        of = curves.filter(detector=row.key)
        assert set(of["group"]) == {ALL, *ANOMALOUS, APART}
        assert len(of) == len(set(of["group"])) * len(curve_rates(n_good))
        (measured,) = rows.filter(detector=row.key, group=ALL, weights="shipped")["recall_1"]
        point = of.filter(group=ALL, false_positives=0.01)["found"]
        assert point.len() in (0, 1)
        assert point.is_empty() or abs(point.item() - measured) < 1e-9
