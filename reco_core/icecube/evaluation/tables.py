"""Answers and truth in, tables of measures and curves out."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from reco_core.directions import opening_angle, source_direction
from reco_core.icecube.evaluation.groups import Facts, groups
from reco_core.icecube.evaluation.measure import Interval, measure
from reco_core.icecube.pulse_batch import FloatArray

TIMED: Final = "seconds"  # column of answers: of one thread, per event of its block
SHARES: Final = np.linspace(0.0, 1.0, 101)

_GROUP: Final = [("algorithm", pl.String()), ("group_kind", pl.String()), ("group", pl.String())]
_MEASURED: Final = [
    f"{name}{end}"
    for name in ("mean_rad", "median_rad", "contain68_rad")
    for end in ("", "_low", "_high")
]
MEASURES: Final = pl.Schema(
    [
        *_GROUP,
        ("n_events", pl.Int64()),  # with an answer
        ("n_failed", pl.Int64()),
        *((name, pl.Float64()) for name in _MEASURED),
        ("events_per_second", pl.Float64()),  # of one core
    ]
)
CURVES: Final = pl.Schema([*_GROUP, ("share", pl.Float64()), ("angle_rad", pl.Float64())])


def tables(
    answers: pl.DataFrame, source: FloatArray, facts: Facts, key: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of MEASURES and of CURVES, of one method.

    answers : columns of a table of answers and TIMED, a row per event.  source : (N, 3) unit
    vectors to where the particles came from.
    """
    ok = (answers["status"] == "ok").to_numpy()
    found = answers.select("zenith", "azimuth").fill_null(0.0)
    angle = opening_angle(source_direction(found["zenith"], found["azimuth"]), source)
    rate = _rate(answers)
    rows, curves = [], [pl.DataFrame(schema=CURVES)]
    for kind, label, inside in groups(facts):
        if not (inside & ok).any():
            continue
        named = {"algorithm": key, "group_kind": kind, "group": label}
        of_group = angle[inside & ok]
        value = measure(of_group)
        rows.append(
            {
                **named, "n_events": value.n_events, "n_failed": int((inside & ~ok).sum()),
                **_columns("mean_rad", value.mean), **_columns("median_rad", value.median),
                **_columns("contain68_rad", value.contain68), "events_per_second": rate,
            }
        )  # fmt: skip
        curve = {"share": SHARES, "angle_rad": np.quantile(of_group, SHARES)}
        curves.append(pl.DataFrame(curve).select(*(pl.lit(named[n]).alias(n) for n in named), "*"))
    return pl.DataFrame(rows, schema=MEASURES), pl.concat(curves)


def _columns(name: str, interval: Interval) -> dict[str, float]:
    return {name: interval.value, f"{name}_low": interval.low, f"{name}_high": interval.high}


def _rate(answers: pl.DataFrame) -> float | None:
    seconds = float(answers[TIMED].sum())
    return len(answers) / seconds if seconds > 0 else None
