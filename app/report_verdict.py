"""Pictures of how good the learned verdict is, for docs/reconstruction.md."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from app.report_style import OUTSIDE, QUIET, REAL, SIMULATED, Picture, draw_pictures
from reco_core.dataset_table import read_table
from reco_core.icecube.classification.learned_names import CLASSES
from reco_core.icecube.evaluation.verdict_tables import VerdictTables
from reco_core.icecube.evaluation.verdicts import FILES

COLOURS: Final = dict(
    zip((*(f"p_{name}" for name in CLASSES), "p_hard"),
        (SIMULATED, "#7d6a00", OUTSIDE, QUIET, REAL), strict=True)
)  # fmt: skip
FEWEST: Final = 20  # events of a bin that is drawn


def read_verdict(folder: Path) -> VerdictTables | None:
    """What an evaluation wrote; None if it left the verdict out."""
    if not (folder / FILES[0]).exists():
        return None
    return VerdictTables(*(read_table(folder / name) for name in FILES))


def draw_verdict(folder: Path, tables: VerdictTables) -> dict[str, str]:
    """Write all pictures; caption by file name. DatasetError if they cannot be written."""
    return draw_pictures(folder, PICTURES, tables)


def draw_reliability(figure: Any, tables: VerdictTables) -> None:
    """What came true over what was said, of each probability."""
    axes = figure.subplots()
    axes.plot((0, 1), (0, 1), color=QUIET, linewidth=0.8)
    for name, colour in COLOURS.items():
        rows = tables.reliability.filter(probability=name)
        rows = rows.filter(rows["n_events"] >= FEWEST)
        if rows.is_empty():
            continue
        p, n = rows["share"].to_numpy(), rows["n_events"].to_numpy()
        axes.errorbar(rows["mean_p"], p, np.sqrt(p * (1 - p) / n), color=colour, marker="o",
                      markersize=3, linewidth=1.3, label=name)  # fmt: skip
    axes.set(xlabel="probability that was said", ylabel="share that came true", xlim=(0, 1),
             ylim=(0, 1), aspect="equal")  # fmt: skip
    axes.legend()


def draw_confusion(figure: Any, tables: VerdictTables) -> None:
    """Shares of each class that were taken for each."""
    axes = figure.subplots()
    counts = np.zeros((len(CLASSES), len(CLASSES)), np.int64)
    for name, said, n in tables.confusion.iter_rows():
        counts[CLASSES.index(name), CLASSES.index(said)] = n
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), share in np.ndenumerate(shares):
        axes.text(column, row, f"{share:.1%}\n{counts[row, column]:,}", ha="center", va="center",
                  fontsize=8, color="white" if share > 0.5 else REAL)  # fmt: skip
    axes.set(xlabel="taken for", ylabel="class of the event")
    axes.set_xticks(range(len(CLASSES)), CLASSES)
    axes.set_yticks(range(len(CLASSES)), CLASSES)
    axes.grid(visible=False)


PICTURES: Final[Sequence[Picture]] = (
    Picture("verdict_confusion.svg", "What events of each class are taken for", (4.6, 4.2),
            draw_confusion),
    Picture("verdict_reliability.svg", "What came true over what was said", (4.6, 4.4),
            draw_reliability),
)  # fmt: skip
