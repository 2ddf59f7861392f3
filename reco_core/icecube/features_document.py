"""The text of docs/features.md, made of the table of features."""

from __future__ import annotations

from typing import Final

from reco_core.icecube.features import feature_groups
from reco_core.icecube.features_axes import LEAST_VARIANCE_M2, MOST_WITHOUT
from reco_core.icecube.features_row import Feature

HEAD: Final = f"""# Features of events

`reco_core/icecube/features.py` makes one row per event of a batch, as one lazy polars plan:
`features(batch, detector).collect()`. This page is made of the table that makes the plan, and a
test keeps the two in step; after a change:

    python -c "from reco_core.icecube.features_document import features_document as text; \\
        print(text(), end='')" > docs/features.md

Times are ns since the event's first pulse. A number that an event does not have is null, never NaN;
"null when" says for which events. Without such a note a column is never null.

**Sources.** *notebook*: the columns of the network in `pytorch-linear-solution.ipynb` of
MiMakh/ice_cube_kaggle. *svd_axis*, *LineFit*: what these reconstructions look at. *Hitscope*: asked
for by people who look at events, and by the classifier.

**Unlike the notebook**, which fills in 1000 or 0 for what is missing:

- second and third pulses are those of their own order; there they are the second and third in time
  throughout, and the order by falling charge is that by rising charge;
- axes are those of places in m; there each coordinate is scaled to its own range first, and the
  window, the time that light takes through the box around the array, becomes 6 ns with it;
- the first axis points to where the light came from by the covariance of time and place; there by
  the mean times of the two halves along the axis;
- all pulses of an event count, not a random 1,000;
- number and share of auxiliary pulses are not repeated for the non-auxiliary pulses.

**Principal axes** are in order of variance, largest first. Weights count squared, as in the
notebook's library (L. Delchambre, arXiv:1412.4533): 2 for a non-auxiliary pulse plus 1 inside the
window (*wpca*), or 5 for a non-auxiliary pulse inside the window, 1 for one outside, 0.001 for any
other (*wpca_steep*). The window is nearer in time to the pulse of highest charge than light at c
takes through the box around the array. Columns of the non-auxiliary pulses take all pulses where
those are {MOST_WITHOUT} or fewer. An axis along which the variance is below
{LEAST_VARIANCE_M2:.0e} m2 is none.
"""


def features_document() -> str:
    """docs/features.md."""
    groups = feature_groups()
    n_columns = sum(len(rows) for rows in groups.values())
    parts = [f"{HEAD}\n{n_columns} columns:\n"]
    for title, rows in groups.items():
        parts.append(f"\n## {title}\n\n| column | unit | meaning | null when | source |\n")
        parts.append("|---|---|---|---|---|\n")
        parts.extend(_line(row) for row in rows)
    return "".join(parts)


def _line(row: Feature) -> str:
    cells = (f"`{row.name}`", row.unit, row.meaning, row.missing, row.source)
    return "| " + " | ".join(cells) + " |\n"
