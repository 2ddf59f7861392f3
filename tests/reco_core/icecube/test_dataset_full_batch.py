"""The generator of full-size batches for benchmarks, run small."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.bench.full_batch import pulse_counts, write_full_batch
from tests.reco_core.icecube.small_datasets import opened


def test_counts_follow_the_published_quantiles() -> None:
    counts = pulse_counts(200_000, np.random.default_rng(1))
    assert counts.sum() == pytest.approx(32.8e6, rel=0.03)
    assert np.quantile(counts, [0.1, 0.5, 0.9, 0.99]) == pytest.approx([40, 63, 144, 1130], abs=2)
    assert counts.max() > 170_000


def test_batch_opens_like_any_other(tmp_path: Path) -> None:
    n_pulses = write_full_batch(tmp_path / "set", n_events=200)
    path = tmp_path / "set" / "train" / "batch_1.parquet"
    assert pl.scan_parquet(path).select(pl.len()).collect().item() == n_pulses
    dataset = opened(tmp_path / "set")
    event = dataset.event(dataset.first_event_id())
    assert (np.diff(event.pulses.time_ns) >= 0).all()
    assert event.truth.has_direction
