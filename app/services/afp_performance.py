"""How well an anomaly detector does on an AFP data set. For the inference process: heavy.

measured() yields how much of it is done (0 to 1), and can be left at any block and taken up again;
in memory are a block of scores, a sample of them, and their counts.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from app.services.afp_numbers import number
from app.services.afp_opening import Opened
from reco_core.afp.detectors.registry import DetectorRow
from reco_core.afp.evaluation.counts import Counts, bin_edges
from reco_core.afp.evaluation.groups import COUNTED, GOOD, GOOD_CLASS, group_of, groups_of
from reco_core.afp.evaluation.measures import curve, measuring
from reco_core.afp.evaluation.tables import numbers_json
from reco_core.afp.hits import FloatArray, IntArray
from reco_core.afp.scoring.kept import score_blocks

BLOCK: Final = 100_000  # events whose scores are in memory at a time
SAMPLED: Final = 300_000  # events that tell where bins of scores begin; all, where there are fewer
READ, COUNTED_ALL, DRAWN = 0.2, 0.5, 0.95  # shares of the time: sample, counts, bootstrap

Steps = Generator[float, None, bytes]


def measured(opened: Opened, row: DetectorRow, folder: Path, threshold: float | None) -> Steps:
    """JSON: n_events, n_called, threshold, n_good, rows (a group each), curves (by group).

    folder : the cache's.  n_called : events at or above the threshold. Raises DatasetError.
    """
    sample = yield from _sampled(opened, row, folder)
    good, others = (np.concatenate(part) for part in zip(*sample, strict=True))
    counts = Counts(bin_edges(good, others, threshold), len(COUNTED))
    n_called = 0
    for end, score, group in _blocks(opened, row, folder):
        counts.add(score, group)
        n_called += 0 if threshold is None else int((score >= threshold).sum())
        yield READ + (COUNTED_ALL - READ) * end / opened.dataset.n_events
    told = {"n_events": opened.dataset.n_events, "threshold": number(threshold),
            "n_called": None if threshold is None else n_called}  # fmt: skip
    return json.dumps({**told, **(yield from _compared(counts, threshold))}).encode()


def _sampled(
    opened: Opened, row: DetectorRow, folder: Path
) -> Generator[float, None, list[tuple[FloatArray, FloatArray]]]:
    """Scores of good and of other events that count, of blocks, evenly over the data set."""
    n_events = opened.dataset.n_events
    every = -(-n_events // SAMPLED)
    found = [(np.zeros(0), np.zeros(0))]
    for end, score, group in _blocks(opened, row, folder):
        score, group = score[::every], group[::every]
        found.append((score[group == GOOD], score[group > GOOD]))
        yield READ * end / n_events
    return found


def _blocks(
    opened: Opened, row: DetectorRow, folder: Path
) -> Iterator[tuple[int, FloatArray, IntArray]]:
    """(end, scores, groups) of the events up to `end`."""
    first, group = 0, group_of([*opened.classes.names, ""])
    for score in score_blocks(opened.dataset, row, folder, BLOCK):
        end = first + len(score)
        yield end, score, group[opened.classes.places(first, end)]
        first = end


def _compared(counts: Counts, threshold: float | None) -> Generator[float, None, dict[str, Any]]:
    """Measures and curves of all groups, as far as there are events of them."""
    groups = groups_of(counts)
    steps = measuring(counts, groups, threshold)
    while True:
        try:
            yield COUNTED_ALL + (DRAWN - COUNTED_ALL) * next(steps)
        except StopIteration as end:
            found = end.value
            break
    good = groups.pop(GOOD_CLASS)
    n_good = int(good.sum())
    rows = [
        {"group": name, "n_group": int(groups.get(name, good).sum()),
         **{key: number(value) for key, value in numbers_json(each).items()}}
        for name, each in found.items()
        if groups.get(name, good).any()
    ]  # fmt: skip
    curves = {}
    for name, of in groups.items() if n_good else ():
        if of.any():
            curves[name] = number(curve(counts, good, of).tolist())
            yield DRAWN
    return {"n_good": n_good, "rows": rows, "curves": curves}
