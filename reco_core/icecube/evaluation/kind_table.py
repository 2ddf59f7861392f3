"""Measures of the kinds of events that methods are made for."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import polars as pl

from reco_core.directions import opening_angle, source_direction
from reco_core.icecube.evaluation.kinds import Kind
from reco_core.icecube.evaluation.measure import Interval, measure
from reco_core.icecube.pulse_batch import BoolArray, FloatArray
from reco_core.icecube.reconstructions.registry import reconstruction_row

OFF_DEGREES: Final = 20.0

_MEASURED: Final = ("median_rad", "contain68_rad", "median_vertex_m", "contain68_vertex_m")
KIND_MEASURES: Final = pl.Schema(
    [
        ("algorithm", pl.String()),
        ("kind", pl.String()),
        ("group", pl.String()),
        ("n_events", pl.Int64()),  # with an answer
        ("n_failed", pl.Int64()),
        ("share_off", pl.Float64()),  # off by more than OFF_DEGREES
        ("n_stated", pl.Int64()),  # with an uncertainty
        ("share_within", pl.Float64()),  # of them within it; null if none has one
        # Distances from the true vertex are null where the method or the kind has none.
        *((f"{name}{end}", pl.Float64()) for name in _MEASURED for end in ("", "_low", "_high")),
    ]
)


def kind_rows(
    answers: pl.DataFrame, source: FloatArray, vertex_m: FloatArray, kind: Kind, label: str
) -> list[dict[str, Any]]:
    """The row of KIND_MEASURES of one method and group; none if no event has an answer.

    answers : columns of a table of answers, a row per event of the group.  source : (N, 3) unit
    vectors to where the particles came from.  vertex_m : (N, 3) true ones.
    """
    ok = (answers["status"] == "ok").to_numpy()
    if not ok.any():
        return []
    found = answers.filter(pl.Series(ok))
    angle = opening_angle(source_direction(found["zenith"], found["azimuth"]), source[ok])
    key = str(answers["algorithm"][0])
    with_vertex = kind.with_vertex and reconstruction_row(key).kind == "cascade"
    return [
        {
            "algorithm": key, "kind": kind.name, "group": label,
            "n_events": len(angle), "n_failed": int((~ok).sum()),
            "share_off": float((angle > math.radians(OFF_DEGREES)).mean()),
            **_within(found, angle), **_quantiles("{}_rad", angle),
            **(_quantiles("{}_vertex_m", _distance(found, vertex_m[ok])) if with_vertex else {}),
        }
    ]  # fmt: skip


def _within(found: pl.DataFrame, angle: FloatArray) -> dict[str, Any]:
    stated = found["uncertainty_rad"].fill_null(np.nan).to_numpy()
    has_one: BoolArray = np.isfinite(stated)
    share = float((angle[has_one] <= stated[has_one]).mean()) if has_one.any() else None
    return {"n_stated": int(has_one.sum()), "share_within": share}


def _distance(found: pl.DataFrame, vertex_m: FloatArray) -> FloatArray:
    """(N,) m from the fitted vertex to the true one."""
    fitted = found.select("vertex_x_m", "vertex_y_m", "vertex_z_m").to_numpy()
    return np.asarray(np.linalg.norm(fitted - vertex_m, axis=1))


def _quantiles(name: str, values: FloatArray) -> dict[str, float]:
    found = measure(values)
    parts: dict[str, Interval] = {"median": found.median, "contain68": found.contain68}
    return {
        f"{name.format(part)}{end}": number
        for part, interval in parts.items()
        for end, number in zip(("", "_low", "_high"), interval, strict=True)
    }
