"""Pictures of an evaluation, for docs/reconstruction.md."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from app.report_style import QUIET, Picture, draw_pictures
from app.theme import style_of
from reco_core.icecube.evaluation.groups import BINS
from reco_core.icecube.reconstructions.registry import RECONSTRUCTIONS, ReconstructionRow


def draw_all(folder: Path, measures: pl.DataFrame, curves: pl.DataFrame) -> dict[str, str]:
    """Write all pictures; caption by file name. DatasetError if they cannot be written."""
    return draw_pictures(folder, PICTURES, measures, curves)


PANELS: Final = (("all", "all", "all events"), ("class", "track", "tracks"),
                 ("class", "cascade", "cascades"))  # fmt: skip


def draw_cumulative(figure: Any, measures: pl.DataFrame, curves: pl.DataFrame) -> None:
    """Share of events within an opening angle."""
    row = figure.subplots(1, len(PANELS), sharey=True)
    for axes, (kind, group, title) in zip(row, PANELS, strict=True):
        of_panel = curves.filter(group_kind=kind, group=group)
        for method in RECONSTRUCTIONS:
            curve = of_panel.filter(algorithm=method.key)
            if curve.is_empty():
                continue
            angle_deg = np.degrees(curve["angle_rad"].to_numpy())
            axes.plot(angle_deg, curve["share"], **_line(method))
        axes.set(title=title, xscale="log", xlim=(0.1, 180), ylim=(0, 1),
                 xlabel="opening angle (degrees)")  # fmt: skip
    row[0].set_ylabel("share of events within")
    _legend(figure, row[0])


def draw_energy(figure: Any, measures: pl.DataFrame, curves: pl.DataFrame) -> None:
    """Median opening angle over the energy of the neutrino, by class."""
    row = figure.subplots(1, 2, sharey=True)
    labels = BINS[0].labels
    for axes, name in zip(row, ("track", "cascade"), strict=True):
        for method in RECONSTRUCTIONS:
            rows = measures.filter(algorithm=method.key, group_kind=f"{name} energy")
            if rows.is_empty():
                continue
            place = [labels.index(label) for label in rows["group"]]
            median, low, high = (
                np.degrees(rows[f"median_rad{end}"].to_numpy()) for end in ("", "_low", "_high")
            )
            axes.errorbar(place, median, (median - low, high - median), **_line(method),
                          marker="o", markersize=3, capsize=0)  # fmt: skip
        axes.set(title=f"{name}s", yscale="log", xlabel="energy of the neutrino")
        axes.set_xticks(range(len(labels)), [label.replace(" to ", "\nto ") for label in labels])
        axes.tick_params(axis="x", labelsize=7.5)
    row[0].set_ylabel("median opening angle (degrees)")
    _legend(figure, row[0])


def _line(method: ReconstructionRow) -> dict[str, Any]:
    """As it is drawn everywhere: the colour of the light theme."""
    return {"color": style_of(method.key).colour_light, "label": method.label, "linewidth": 1.3}


def _legend(figure: Any, axes: Any) -> None:
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, labelcolor=QUIET)


PICTURES: Final[Sequence[Picture]] = (
    Picture("evaluation_cumulative.svg", "Share of events within an opening angle", (9, 3.6),
            draw_cumulative),
    Picture("evaluation_energy.svg", "Median opening angle over energy, with bootstrap intervals",
            (9, 3.8), draw_energy),
)  # fmt: skip


def methods_text() -> str:
    """The table of methods."""
    lines = [
        "| key | method | source | what it does | quality |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| `{row.key}` | {row.label} | {row.source} | {row.description} | {row.quality} |"
        for row in RECONSTRUCTIONS
    ]
    return "\n".join(lines)
