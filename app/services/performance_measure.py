"""Measures of one method: opening angles, and how well its stated uncertainties are calibrated."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl

from app.services.performance_truth import Known, only_known
from reco_core.directions import opening_angle, source_direction
from reco_core.icecube.evaluation.groups import ALL, BINS, Facts, groups
from reco_core.icecube.evaluation.measure import INTERVAL, RESAMPLES, measure
from reco_core.icecube.evaluation.tables import SHARES, TIMED, tables
from reco_core.icecube.pulse_batch import BoolArray, FloatArray

VERSION: Final = 1  # of what follows, and of what is imported above; raised when numbers change
MADE_WITH: Final = f"{VERSION} {BINS} {RESAMPLES} {INTERVAL} {len(SHARES)}"

STATED: Final = 0.68  # share of events that a stated uncertainty is to hold (docs/glossary.md)
TIMES: Final = np.geomspace(0.1, 10, 61)  # of the stated uncertainty
PER_BIN: Final = 40  # events, at least, that a point of the calibration is made of
MOST_BINS: Final = 8
CURVED: Final = (ALL, "class")  # kinds of groups with curves of calibration
WITHIN: Final = {
    "n_stated": pl.Int64(),  # events with an answer and an uncertainty
    **{f"within_stated{end}": pl.Float64() for end in ("", "_low", "_high")},
}


class Errors(NamedTuple):
    """Of N events with a known direction.

    angle : (N,) rad, NaN without an answer.  stated : (N,) rad, NaN without an uncertainty.
    """

    angle: FloatArray
    stated: FloatArray


def measured(answers: pl.DataFrame, known: Known, key: str) -> dict[str, Any]:
    """All that the page shows of one method, as plain values (docs/performance.md).

    answers : performance_answers.COLUMNS, a row per event of `known`.
    """
    rows = answers.filter(pl.Series(known.is_known)).with_columns(pl.lit(0.0).alias(TIMED))
    source, facts = only_known(known)
    measures, curves = tables(rows, source, facts, key)
    errors = _errors(rows, source)
    within = [
        {"group_kind": kind, "group": label, **_within(errors, inside)}
        for kind, label, inside in groups(facts)
    ]
    schema = {"group_kind": pl.String(), "group": pl.String(), **WITHIN}
    measures = measures.drop("events_per_second").join(
        pl.DataFrame(within, schema=schema), on=("group_kind", "group"), maintain_order="left"
    )
    return {
        "n_events": len(rows),
        "n_without_truth": len(answers) - len(rows),
        "measures": measures.to_dicts(),
        "curves": _curves(curves),
        "calibration": _calibrations(errors, facts),
    }


def _errors(rows: pl.DataFrame, source: FloatArray) -> Errors:
    is_ok = (rows["status"] == "ok").to_numpy()
    zenith, azimuth, stated = (
        rows[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
        for name in ("zenith", "azimuth", "uncertainty_rad")
    )
    angle = np.full(len(rows), np.nan)
    angle[is_ok] = opening_angle(source_direction(zenith[is_ok], azimuth[is_ok]), source[is_ok])
    return Errors(angle, np.where(is_ok & (stated > 0), stated, np.nan))


def _within(errors: Errors, inside: BoolArray) -> dict[str, Any]:
    """How many events of a group lie within the uncertainty stated for each."""
    inside = inside & np.isfinite(errors.stated)
    n_stated = int(inside.sum())
    n_within = int((errors.angle[inside] <= errors.stated[inside]).sum())
    values = share_interval(n_within, n_stated) if n_stated else (None, None, None)
    return dict(zip(WITHIN, (n_stated, *values), strict=True))


def share_interval(n_within: int, n: int) -> tuple[float, float, float]:
    """A share of n > 0 events and its interval of one standard deviation (Wilson, JASA 22, 209)."""
    share = n_within / n
    middle = (share + 0.5 / n) / (1 + 1 / n)
    half = math.sqrt(share * (1 - share) / n + 0.25 / n**2) / (1 + 1 / n)
    return share, middle - half, middle + half


def _curves(curves: pl.DataFrame) -> dict[str, dict[str, list[float]]]:
    """Opening angles, rad, at SHARES, by kind and label of the group."""
    found: dict[str, dict[str, list[float]]] = {}
    for (kind, label), rows in curves.group_by("group_kind", "group", maintain_order=True):
        found.setdefault(str(kind), {})[str(label)] = short(rows["angle_rad"].to_numpy())
    return found


def _calibrations(errors: Errors, facts: Facts) -> dict[str, dict[str, Any]]:
    """By kind and label, as _calibration() tells; groups without stated uncertainties left out."""
    found: dict[str, dict[str, Any]] = {}
    for kind, label, inside in groups(facts):
        inside = inside & np.isfinite(errors.stated)
        if kind in CURVED and inside.any():
            of_group = Errors(errors.angle[inside], errors.stated[inside])
            found.setdefault(kind, {})[label] = _calibration(of_group)
    return found


def _calibration(errors: Errors) -> dict[str, Any]:
    """share_within : of events whose error is at most TIMES the uncertainty stated for each.

    stated_rad, true_rad : of events in order of the stated uncertainty, cut into equal numbers:
    its median, and the radius that holds 68 % of their errors, with its interval.
    """
    ratio = np.sort(errors.angle / errors.stated)
    order = np.argsort(errors.stated, kind="stable")
    n_bins = max(1, min(MOST_BINS, len(order) // PER_BIN))
    cuts = np.array_split(order, n_bins)
    return {
        "n_events": len(ratio),
        "share_within": short(np.searchsorted(ratio, TIMES, side="right") / len(ratio)),
        "stated_rad": short(np.array([np.median(errors.stated[cut]) for cut in cuts])),
        "true_rad": [short(np.array(measure(errors.angle[cut]).contain68)) for cut in cuts],
    }


def short(values: FloatArray) -> list[float]:
    """To 5 digits: what is drawn needs no more."""
    return [float(f"{value:.5g}") for value in values.tolist()]
