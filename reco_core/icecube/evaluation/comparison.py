"""Directions of single events: ours, the true ones, and those that others published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import polars as pl

from reco_core.directions import opening_angle, source_direction
from reco_core.icecube.dataset import Dataset
from reco_core.icecube.event import Truth
from reco_core.icecube.pulse_batch import FloatArray, pack
from reco_core.icecube.reconstructions.fits import Reason
from reco_core.icecube.reconstructions.registry import ReconstructionRow, reconstruct_batch

TRUTH: Final = {"true": "truth", "reference": "published direction"}  # by Truth.kind


def columns_of(keys: Sequence[str]) -> pl.Schema:
    """event_id, direction (its name), and angles, rad, to the truth and the methods' answers.

    Angles are null where there is no truth, or no answer.
    """
    angles = (f"{name}_rad" for name in ("truth", *keys))
    named = {"event_id": pl.Int64(), "direction": pl.String()}
    return pl.Schema(named | {name: pl.Float64() for name in angles})


def comparison(
    dataset: Dataset,
    event_id: Sequence[int],
    methods: Sequence[ReconstructionRow],
    published: pl.DataFrame,
) -> pl.DataFrame:
    """Rows of columns_of(): of each event its truth, where it is known, then each published fit.

    published : rows of dataset_published.PUBLISHED, of these and of other events.
    Raises NotFoundError for an event, EventError for its pulses.
    """
    events = [dataset.event(number) for number in event_id]
    batch = pack([event.pulses for event in events])
    ours: dict[str, FloatArray] = {}
    for row in methods:
        fits = reconstruct_batch(row.key, batch, dataset.detector)
        found = source_direction(fits.zenith, fits.azimuth)
        ours[row.key] = np.where((fits.reason == Reason.OK)[:, None], found, np.nan)
    made = [
        _of_event(event.event_id, event.truth, {key: ours[key][k] for key in ours}, published)
        for k, event in enumerate(events)
    ]
    schema = columns_of(list(ours))
    return pl.concat([pl.DataFrame(schema=schema), *made]).with_columns(
        pl.col(pl.Float64).fill_nan(None)
    )


def _of_event(
    event_id: int, truth: Truth, ours: Mapping[str, FloatArray], published: pl.DataFrame
) -> pl.DataFrame:
    """ours : (3,) each."""
    fits = published.filter(event_id=event_id)
    names = fits["reco"].to_list()
    named = source_direction(fits["zenith"], fits["azimuth"])
    true = np.full(3, np.nan)
    if truth.zenith is not None and truth.azimuth is not None:
        true = source_direction(truth.zenith, truth.azimuth)
        names, named = [TRUTH[truth.kind], *names], np.concatenate((true[None], named))
    angles = {f"{key}_rad": _angle(named, mine) for key, mine in {"truth": true, **ours}.items()}
    columns = {"event_id": [event_id] * len(names), "direction": names, **angles}
    return pl.DataFrame(columns, schema=columns_of(list(ours)))


def _angle(named: FloatArray, mine: FloatArray) -> FloatArray:
    """(N,) rad between directions (N, 3) and one (3,); NaN where there is none."""
    return np.where(np.isnan(mine).any(), np.nan, opening_angle(named, mine))
