"""Pictures of the evaluation of the anomaly detectors, for docs/afp.md."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.report_style import QUIET, Picture, draw_pictures
from app.theme import detector_colours
from reco_core.afp.detectors.registry import DETECTORS, DetectorRow
from reco_core.afp.evaluation.groups import ALL, ANOMALOUS, APART
from reco_core.afp.evaluation.tables import SHIPPED
from reco_core.afp.evaluation.text import MEASURES

PANELS: Final = ((ALL, "all anomalous classes"), ("missing_plane", "missing plane"),
                 (APART, "two protons, which are good"))  # fmt: skip
LANE: Final = 0.11  # between detectors of a class
PERCENT: Final = 100.0


def draw_all(folder: Path, rows: pl.DataFrame, curves: pl.DataFrame) -> dict[str, str]:
    """Write all pictures; caption by file name. DatasetError if they cannot be written."""
    return draw_pictures(folder, PICTURES, rows, curves)


def draw_curves(figure: Any, rows: pl.DataFrame, curves: pl.DataFrame) -> None:
    """Share found over the share of good events called anomalous."""
    panels = figure.subplots(1, len(PANELS), sharey=True)
    lowest = PERCENT / max(rows["n_good"].drop_nulls().to_list(), default=1)
    for axes, (group, title) in zip(panels, PANELS, strict=True):
        for row in DETECTORS:
            curve = curves.filter(pl.col("false_positives") > 0, detector=row.key, group=group)
            if not curve.is_empty():
                x, y = (PERCENT * curve[name].to_numpy() for name in ("false_positives", "found"))
                axes.plot([*x, PERCENT], [*y, PERCENT], **_line(row))
        chance = np.geomspace(lowest, PERCENT, 100)
        axes.plot(chance, chance, color=QUIET, linewidth=0.8, linestyle=":")
        axes.set(title=title, xscale="log", xlim=(lowest, PERCENT), ylim=(0, 101),
                 xlabel="good events called anomalous (%)")  # fmt: skip
        axes.xaxis.set_major_formatter("{x:g}")
    panels[0].set_ylabel("share of them found (%)")
    _legend(figure, panels[0])


def draw_classes(figure: Any, rows: pl.DataFrame, curves: pl.DataFrame) -> None:
    """Recalls at both rates by class and detector."""
    groups = (*ANOMALOUS, APART)
    panels = figure.subplots(1, 2, sharey=True)
    for axes, measure in zip(panels, ("recall_1", "recall_01"), strict=True):
        for k, row in enumerate(DETECTORS):
            of = rows.filter(pl.col("group").is_in(groups), detector=row.key, weights=SHIPPED)
            of = of.drop_nulls(measure)
            if not of.is_empty():
                place = np.array([groups.index(name) for name in of["group"]])
                lane = place + (k - len(DETECTORS) / 2 + 0.5) * LANE
                x, error = _interval(of, measure)
                axes.errorbar(x, lane, xerr=error, **_line(row) | {"linestyle": ""},
                              marker="o", markersize=3.2)  # fmt: skip
        axes.set(title=MEASURES[measure], xlim=(-0.02, 1.02), xlabel="share found")
        axes.axhline(len(ANOMALOUS) - 0.5, color=QUIET, linewidth=0.8)
    panels[0].set_yticks(range(len(groups)), [name.replace("_", " ") for name in groups])
    panels[0].set_ylim(len(groups) - 0.5, -0.5)
    _legend(figure, panels[0])


def draw_contamination(figure: Any, rows: pl.DataFrame, curves: pl.DataFrame) -> None:
    """Measures over the share of anomalous events in the training."""
    panels = figure.subplots(1, len(MEASURES))
    trained = rows.filter(pl.col("weights") != SHIPPED, pl.col("note") == "", group=ALL)
    shares = sorted(trained["contamination"].unique().to_list())
    for axes, (measure, title) in zip(panels, MEASURES.items(), strict=True):
        for k, row in enumerate(DETECTORS):
            of = trained.filter(detector=row.key).drop_nulls(measure).sort("contamination")
            if not of.is_empty():
                y, error = _interval(of, measure)
                place = [shares.index(share) for share in of["contamination"]]
                axes.errorbar(np.array(place) + (k - 1) * LANE, y, yerr=error, **_line(row),
                              marker="o", markersize=3)  # fmt: skip
        axes.set(title=title, xlabel="anomalous in training")
        axes.set_xticks(range(len(shares)), [f"{PERCENT * share:g} %" for share in shares])
    _legend(figure, panels[0])


def _interval(of: pl.DataFrame, measure: str) -> tuple[NDArray[np.float64], tuple[Any, Any]]:
    """The values, and how far their intervals reach below and above."""
    value, low, high = (of[f"{measure}{end}"].to_numpy() for end in ("", "_low", "_high"))
    return value, (np.maximum(value - low, 0), np.maximum(high - value, 0))


def _line(row: DetectorRow) -> dict[str, Any]:
    """As it is drawn on the page, in the light theme."""
    return {"color": detector_colours(row.key)[1], "label": row.label, "linewidth": 1.3}


def _legend(figure: Any, axes: Any) -> None:
    handles, labels = axes.get_legend_handles_labels()
    if handles:
        figure.legend(handles, labels, loc="outside lower center", ncols=4, labelcolor=QUIET)


PICTURES: Final[Sequence[Picture]] = (
    Picture("afp_curves.svg", "Share of anomalous events found over the share of good events "
            "called anomalous", (9, 3.8), draw_curves),
    Picture("afp_recall.svg", "Recall by class and detector, with bootstrap intervals; two "
            "protons, below the line, are no anomaly", (9, 6.2), draw_classes),
    Picture("afp_contamination.svg", "Detectors trained anew, by the share of anomalous events in "
            "the training, with bootstrap intervals", (9, 3.2), draw_contamination),
)  # fmt: skip
