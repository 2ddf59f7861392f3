"""What the regressor of the two dots is told of each pair: expressions over the two dots' columns.

Columns of the first dot end in _1, of the second in _2 (dot_pairs.dom_rows); those of the event
have neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl

from reco_core.directions import source_direction
from reco_core.icecube.detector import Detector
from reco_core.icecube.pulse_batch import FloatArray, IntArray, PulseBatch
from reco_core.icecube.reconstructions import line_fit, svd_axis
from reco_core.icecube.reconstructions.dot_pairs import AXES, Pairs, dom_start
from reco_core.icecube.reconstructions.fits import Fits
from reco_core.icecube.segments import sums

Features = Mapping[str, pl.Expr]


def pair_rows(
    doms: pl.DataFrame, pairs: Pairs, batch: PulseBatch, detector: Detector, features: Features
) -> pl.DataFrame:
    """(Q,) one row per pair: the columns of `features`."""
    events = event_rows(doms, batch, detector)
    joined = pl.concat(
        [_named(doms[pairs.first], "1"), _named(doms[pairs.second], "2"), events[pairs.event]],
        how="horizontal",
    )
    return joined.lazy().with_columns(*_STEPS).select(**features).cast(pl.Float32).collect()


def _named(doms: pl.DataFrame, dot: str) -> pl.DataFrame:
    return doms.drop("event", "sensor_id").rename(lambda name: f"{name}_{dot}")


def event_rows(doms: pl.DataFrame, batch: PulseBatch, detector: Detector) -> pl.DataFrame:
    """(E,) one row per event: what is common to its pairs."""
    place, start = doms.select(AXES).to_numpy(), dom_start(doms, batch.n_events)
    n_doms = np.maximum(np.diff(start), 1).astype(np.float64)
    n_pulses = np.maximum(batch.n_pulses, 1).astype(np.float64)
    centre = sums(place, start) / n_doms[:, None]
    mean_ns = sums(batch.time_ns, batch.start) / n_pulses
    step_ns = batch.time_ns - mean_ns[batch.event]
    fits = {
        "axis": svd_axis.plain_fit(batch, detector),
        "line": line_fit.plain_fit(batch, detector),
    }
    columns: dict[str, FloatArray] = {
        "n_doms": n_doms,
        "pulses_per_dom": n_pulses / n_doms,
        "event_pe": sums(batch.charge_pe, batch.start),
        "event_ns": mean_ns,
        "spread_ns": np.sqrt(sums(step_ns**2, batch.start) / n_pulses),
        "auxiliary_share": sums(batch.auxiliary.astype(np.float64), batch.start) / n_pulses,
        "extent_m": _extent(place, centre, start, n_doms),
        **{f"centre_{axis}": centre[:, k] for k, axis in enumerate(AXES)},
    }
    for name, fit in fits.items():
        columns |= {f"{name}_quality": fit.quality, f"{name}_speed": fit.speed_m_per_ns}
        columns |= {f"{name}_{axis}": _source(fit)[:, k] for k, axis in enumerate(AXES)}
    return pl.DataFrame(columns).fill_nan(None)


def _extent(
    place: FloatArray, centre: FloatArray, start: IntArray, n_doms: FloatArray
) -> FloatArray:
    """(E,) m, root mean square distance of the lit DOMs from their mean place."""
    away = place - centre[np.repeat(np.arange(len(n_doms)), np.diff(start))]
    return np.asarray(np.sqrt(sums(np.einsum("ij,ij->i", away, away), start) / n_doms))


def _source(fit: Fits) -> FloatArray:
    return source_direction(fit.zenith, fit.azimuth)


def _along(name: str) -> pl.Expr:
    """Cosine of the pair's direction with another."""
    return pl.sum_horizontal(pl.col(f"u_{axis}") * pl.col(f"{name}_{axis}") for axis in AXES)


def _both(*names: str) -> dict[str, pl.Expr]:
    return {f"{name}_{dot}": pl.col(f"{name}_{dot}") for dot in "12" for name in names}


def _since_mean(*names: str) -> dict[str, pl.Expr]:
    """Times of the dots less the mean time of the event."""
    return {key: column - pl.col("event_ns") for key, column in _both(*names).items()}


def _shares(*names: str) -> dict[str, pl.Expr]:
    """Charges of the dots over the charge of the event."""
    charge = pl.col("event_pe") + 1e-9
    return {f"{key}_share": column / charge for key, column in _both(*names).items()}


_DISTANCE = pl.sum_horizontal(
    (pl.col(f"{axis}_1") - pl.col(f"{axis}_2")) ** 2 for axis in AXES
).sqrt()
_STEPS: Final = (
    _DISTANCE.alias("distance_m"),
    *(((pl.col(f"{a}_1") - pl.col(f"{a}_2")) / _DISTANCE).alias(f"u_{a}") for a in AXES),
)

_LATER = pl.col("first_ns_2") - pl.col("first_ns_1")
_DOT = ("min_pe", "mean_pe", "max_pe", "n_pulses", "n_auxiliary")
_EVENT = ("n_doms", "event_pe", "spread_ns", "auxiliary_share")

# The notebook: places, direction, times and charges of both dots, and their shares of the event.
SEED_FEATURES: Final[Features] = {
    **{f"u_{axis}": pl.col(f"u_{axis}") for axis in AXES},
    "zenith": pl.col("u_z_m").clip(-1.0, 1.0).arccos(),
    **_both(*AXES, *_DOT),
    **_since_mean("first_ns", "mean_ns", "last_ns"),
    **_shares("min_pe", "mean_pe", "max_pe"),
    **{name: pl.col(name) for name in _EVENT},
}

# More: the order of the dots in time, and how the pair lies to the light of the whole event.
FEATURES: Final[Features] = {
    **SEED_FEATURES,
    **_both("sum_pe"),
    "distance_m": pl.col("distance_m"),
    "later_ns": _LATER,
    "later_mean_ns": pl.col("mean_ns_2") - pl.col("mean_ns_1"),
    "speed_m_per_ns": pl.col("distance_m") / (_LATER.abs() + 1.0),
    "same_string": (pl.col("string_1") == pl.col("string_2")).cast(pl.Float64),
    **{f"{name}_cosine": _along(name) for name in ("axis", "line")},
    **{
        f"off_centre_{axis}": (pl.col(f"{axis}_1") + pl.col(f"{axis}_2")) / 2
        - pl.col(f"centre_{axis}")
        for axis in AXES
    },
    **{
        name: pl.col(name)
        for name in ("pulses_per_dom", "extent_m", *(f"centre_{axis}" for axis in AXES))
    },
    **{
        f"{name}_{what}": pl.col(f"{name}_{what}")
        for name in ("axis", "line")
        for what in ("quality", "speed", *AXES)
    },
}
