"""The text of docs/afp-features.md, made of the table of features."""

from __future__ import annotations

from typing import Final

from reco_core.afp.alignment import LEAST_EVENTS, UNKNOWN_SIGMA_COLS, UNKNOWN_SIGMA_ROWS
from reco_core.afp.features import ANOMALY_NAMES, GROUPS, NAMES
from reco_core.afp.features_row import Feature

HEAD: Final = f"""# Features of AFP events

`reco_core.afp.features.features(hits, alignment)` gives a table of numbers, a row for each event
and {len(NAMES)} columns, `NAMES`. This page is made of the table that the code uses, and a test
keeps the two in step; after a change:

    python -c "from reco_core.afp.features_document import features_document as text; \\
        print(text(), end='')" > docs/afp-features.md

**Clusters** (`clusters.py`) are hits of one plane that touch at sides or corners; their place is
the mean weighted by charge. **The track** (`track.py`) is a straight line through at most one
cluster of each plane. A line starts from two clusters and takes in the nearest of each further
plane, within 0.5 mm as in the track finding of ATLAS Athena; of all such lines that through most
planes is taken, then that which fits best.

**Alignment** (`alignment.py`). Planes are off by 2 to 4 rows and about a column from one another,
differently in each run and station: ten times a track's residuals. Protons run nearly along the
beam, so that the step from plane 0 to another one is the same for all of them, but for a part in a
hundred that grows with the place on the plane, since its tilt is off too. `estimate_alignment`
fits that line robustly to events with one cluster on every plane, {LEAST_EVENTS} or more of a run
and station; `dataset_alignment` does so for each run and station of a data set, from its first
events. Slopes are then those beside the mean direction of the run's protons.

A run with fewer events, or a single event of which nothing is known, has no alignment. Then the
places of planes count as uncertain by what is published, {UNKNOWN_SIGMA_ROWS:.1f} rows and
{UNKNOWN_SIGMA_COLS:.1f} columns. Residuals and slopes are given in units of what they are expected
to be off by (sigma), so that their usual size is the same with and without an alignment: without,
small kinks go unseen, but nothing looks odd that is not.

**For anomalies**: those {len(ANOMALY_NAMES)} columns, `ANOMALY_NAMES`, that detectors without
labels look at. Few, and hardly two that say the same: a column that only varies from one good
proton to the next blurs the others. `missing_plane` had no part in the choice.

A plane's **main cluster** is that on the track, else that of highest charge. A number that an event
does not have is NaN; "NaN when" says for which events. Without such a note a column is always
finite.
"""


def features_document() -> str:
    """docs/afp-features.md."""
    parts = [HEAD]
    for title, rows in GROUPS.items():
        parts.append(f"\n## {title}\n\n| column | unit | meaning | for anomalies | NaN when |\n")
        parts.append("|---|---|---|---|---|\n")
        parts.extend(_line(row) for row in rows)
    return "".join(parts)


def _line(row: Feature) -> str:
    used = "yes" if row.name in ANOMALY_NAMES else ""
    return f"| `{row.name}` | {row.unit} | {row.meaning} | {used} | {row.missing} |\n"
