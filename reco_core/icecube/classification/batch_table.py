"""All that is said of the events of a batch without learning, as a table: one row per event."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from reco_core.icecube.classification.batch_first_light import first_lights
from reco_core.icecube.classification.batch_veto import Entry, outer_layer_veto, veto_layer
from reco_core.icecube.classification.containment import REGIONS
from reco_core.icecube.classification.first_motion import MOTIONS
from reco_core.icecube.classification.gridfit import gridfit_ratio
from reco_core.icecube.detector import Detector
from reco_core.icecube.pulse_batch import BoolArray, PulseBatch, kept

CONTAINED: Final = "contained"

SCHEMA: Final = pl.Schema(
    {
        "containment": pl.String,  # of the first light: contained, side, side and top, ...
        "motion": pl.String,  # of the first light: up, horizontal, down
        "hardness_all": pl.Float64,
        "hardness_non_auxiliary": pl.Float64,
        "first_in_layer": pl.Boolean,  # is the first non-auxiliary pulse in the outer layer?
        "entry": pl.String,  # what the veto says: starting, entering, too dim
        "layer_charge_pe": pl.Float64,  # in the outer layer until the vertex; null if too dim
        "gridfit_ratio": pl.Float64,  # below 1 for light that moves down
    }
)


def rule_table(batch: PulseBatch, detector: Detector) -> pl.DataFrame:
    """Rows of SCHEMA, null where there is no answer.

    containment and motion : of the first two non-auxiliary pulses, or of all where there are fewer
    than 2, as in the verdict; null where all are fewer.
    """
    light = kept(batch, ~batch.auxiliary)
    veto = outer_layer_veto(batch, detector)
    columns = {
        **first_light_columns(batch, detector),
        "first_in_layer": _first_in_layer(light, detector),
        "entry": _texts([entry.text for entry in Entry], veto.entry, veto.entry >= 0),
        "layer_charge_pe": np.where(veto.entry == Entry.TOO_DIM, np.nan, veto.layer_pe),
        "gridfit_ratio": gridfit_ratio(batch, detector),
    }
    return pl.DataFrame(columns, schema=SCHEMA).with_columns(pl.col(pl.Float64).fill_nan(None))


def first_light_columns(batch: PulseBatch, detector: Detector) -> dict[str, pl.Series]:
    """containment, motion and the two kinds of hardness, as in SCHEMA, NaN for null numbers."""
    light = kept(batch, ~batch.auxiliary)
    with_all, without = first_lights(batch, detector), first_lights(light, detector)
    inside = np.where(without.known[:, None], without.inside, with_all.inside)
    moving = np.where(without.known, without.motion, with_all.motion)
    known = with_all.known
    return {
        "containment": _texts(_containments(), inside @ _POWERS, known),
        "motion": _texts([way.label for way in MOTIONS], np.maximum(moving, 0), known),
        "hardness_all": pl.Series(with_all.hardness),
        "hardness_non_auxiliary": pl.Series(without.hardness),
    }


_POWERS: Final = 2 ** np.arange(len(REGIONS))


def _containments() -> list[str]:
    """Words for every set of regions, in the order of the sums of _POWERS."""
    return [
        " and ".join(region.key for k, region in enumerate(REGIONS) if code >> k & 1) or CONTAINED
        for code in range(1 << len(REGIONS))
    ]


def _texts(texts: list[str], code: NDArray[np.integer], known: BoolArray) -> pl.Series:
    return (
        pl.Series(texts, dtype=pl.String)
        .gather(code.astype(np.uint32))
        .set(pl.Series(~known), None)
    )


def _first_in_layer(light: PulseBatch, detector: Detector) -> pl.Series:
    some = light.n_pulses > 0
    inside = np.zeros(light.n_events, np.bool_)
    inside[some] = veto_layer(detector)[light.sensor_id[light.start[:-1][some]]]
    return pl.Series(inside).set(pl.Series(~some), None)
