"""How well anomaly detectors do, as docs/api.md tells it: on a data set, and on the test mix."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import polars as pl

from app.services.afp_classes import Classes
from app.services.afp_numbers import number
from reco_core.afp.detectors.registry import DETECTORS, DetectorRow
from reco_core.afp.evaluation.groups import ALL, ANOMALOUS, APART, COUNTED, GOOD_CLASS
from reco_core.afp.evaluation.measures import Measures, curve_rates
from reco_core.afp.evaluation.shipped import Shipped, outdated
from reco_core.afp.evaluation.tables import SHIPPED
from reco_core.afp.simulation.classes import CLASSES

ABOUT: Final = {ALL: "all anomalous classes together", **{row.name: row.about for row in CLASSES}}
NUMBERS: Final = [f"{name}{end}" for name in Measures._fields for end in ("", "_low", "_high")]
NO_TRUTH: Final = (
    "The classes of its events are not known. Put them into truth.parquet (event_id, event_class) "
    "in the folder of the data set, and how well each detector tells them apart is shown here."
)

Row = dict[str, Any]


def report_json(
    key: str, n_events: int, classes: Classes, rows: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """rows : one per detector, as PerformanceWork.answer tells them."""
    sizes = dict(zip(classes.names, classes.counts, strict=True))
    found = {row["key"]: row for row in rows}
    detectors = [_detector(row, found[row.key]) for row in DETECTORS]
    n_good = sizes.get(GOOD_CLASS, 0)
    return {
        "dataset": key,
        "complete": all(row["state"] != "computing" for row in detectors),
        "n_events": n_events,
        "n_not_counted": n_events - sum(sizes.get(name, 0) for name in COUNTED),
        **_frame(sizes),
        "message": _message(sizes),
        "rates": _rates(n_good),
        "detectors": detectors,
    }


def _message(sizes: Mapping[str, int]) -> str:
    """Why there is nothing to measure; empty where there is."""
    if not sizes:
        return NO_TRUTH
    if not sizes.get(GOOD_CLASS):
        return f"No event of the class {GOOD_CLASS!r} is known, which good events are to be of."
    if not any(sizes.get(name) for name in (*ANOMALOUS, APART)):
        return f"No event of an anomalous class is known; those are: {', '.join(ANOMALOUS)}."
    return ""


def _frame(sizes: Mapping[str, int]) -> dict[str, Any]:
    """What there is to be measured: the good events, and groups that are compared with them."""
    of = {ALL: sum(sizes.get(name, 0) for name in ANOMALOUS), **sizes}
    return {
        "good_class": GOOD_CLASS,
        "n_good": sizes.get(GOOD_CLASS, 0),
        "groups": [
            {"name": name, "about": ABOUT[name], "anomalous": name != APART, "n_events": of[name]}
            for name in (ALL, *ANOMALOUS, APART)
            if of.get(name)
        ],
    }


def _rates(n_good: int) -> list[float]:
    return number((curve_rates(n_good) / n_good).tolist()) if n_good else []


def _detector(row: DetectorRow, found: Mapping[str, Any]) -> Row:
    measured = found["measured"] or {}
    return {
        "key": row.key, "label": row.label, "about": row.about, "state": found["state"],
        "message": found["message"], "fraction": found["fraction"],
        "threshold": measured.get("threshold"), "n_called": measured.get("n_called"),
        "rows": measured.get("rows", []), "curves": measured.get("curves", {}),
    }  # fmt: skip


def measures_table(report: Mapping[str, Any]) -> pl.DataFrame:
    """A row for each detector and group."""
    rows = [
        {"detector": detector["key"], "threshold": detector["threshold"],
         "n_good": report["n_good"], **row}
        for detector in report["detectors"]
        for row in detector["rows"]
    ]  # fmt: skip
    of = ("threshold", *NUMBERS)
    schema = {"detector": pl.String, "group": pl.String, "n_good": pl.Int64, "n_group": pl.Int64,
              **dict.fromkeys(of, pl.Float64)}  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def test_mix_json(found: Shipped) -> dict[str, Any]:
    """The evaluation that lies beside the weights, told like that of a data set."""
    of = found.rows.filter(pl.col("weights") == SHIPPED)
    first = of.row(0, named=True)
    sizes = dict(of.filter(detector=first["detector"]).select("group", "n_group").iter_rows())
    sizes.pop(ALL, None)
    return {
        "seed": first["seed"],
        "outdated": outdated(found.rows),
        **_frame(sizes),
        "message": "",
        "rates": _rates(sizes.get(GOOD_CLASS, 0)),
        "detectors": [_shipped(row, of, found.curves) for row in DETECTORS],
        "sweep": _sweep(found.rows),
    }


def _shipped(row: DetectorRow, rows: pl.DataFrame, curves: pl.DataFrame) -> Row:
    of = rows.filter(detector=row.key)
    drawn = curves.filter(detector=row.key).group_by("group", maintain_order=True).agg("found")
    threshold = of["threshold"].drop_nulls().to_list()[:1]
    return {
        "key": row.key, "label": row.label, "about": row.about, "message": "", "fraction": None,
        "state": "not measured" if of.is_empty() else "ready", "n_called": None,
        "threshold": number(threshold[0]) if threshold else None,
        "rows": _numbers(of, ("group", "n_group")),
        "curves": {name: number(found) for name, found in drawn.iter_rows()},
    }  # fmt: skip


def _sweep(rows: pl.DataFrame) -> list[Row]:
    """Detectors trained anew, by the share of anomalous events in the training."""
    of = rows.filter(pl.col("weights") != SHIPPED, pl.col("group") == ALL, pl.col("note") == "")
    return _numbers(of, ("detector", "contamination"))


def _numbers(rows: pl.DataFrame, more: Sequence[str]) -> list[Row]:
    told = rows.select(*more, *NUMBERS).iter_rows(named=True)
    return [{key: number(value) for key, value in row.items()} for row in told]
