"""Part: events per second of every reconstruction and of the verdict, over blocks as they come."""

from __future__ import annotations

import io
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import polars as pl

from reco_core.icecube.classification import learned
from reco_core.icecube.classification.learned_names import HARD_DEGREES
from reco_core.icecube.classification.learned_table import classify_block
from reco_core.icecube.dataset_blocks import Block
from reco_core.icecube.dataset_pass import all_blocks, one_dataset
from reco_core.icecube.detector import Detector
from reco_core.icecube.reconstructions.registry import RECONSTRUCTIONS, ReconstructionRow
from reco_core.icecube.reconstructions.table import reconstruct_block
from reco_core.icecube.simulation.runner import Job, simulate_dataset
from reco_core.in_threads import in_order
from reco_core.processors import usable_processors
from tests.bench.common import Options, say, scratch
from tests.bench.report import Row, Section

# Per second on two processors; of a fit by likelihood on events as they come.
TARGETS = {
    "svd_axis": 20_000.0, "line_fit": 20_000.0, "two_dots": 500.0, "spe_fit": 20.0,
    "verdict": 10_000.0,
}  # fmt: skip
EVENTS, FEW_EVENTS = 20_000, 400  # few of the methods that take long
LONG = 2_000  # a method that is evaluated on no more events than this takes long


def measure(options: Options) -> Section:
    processors = usable_processors()
    with scratch() as folder:
        data = Path(folder) / "data"
        n_events = options.repeats(EVENTS, 1_000)
        say(f"simulating {n_events:,} events")
        simulate_dataset(data, Job("competition", 2_001, n_events), processors, io.StringIO())
        dataset = one_dataset(data, Path(folder) / "index")
        blocks = list(all_blocks(dataset))
        few = list(all_blocks(dataset, most=options.repeats(FEW_EVENTS, 40), size=20))
        rows = []
        for row in RECONSTRUCTIONS:
            say(f"{row.label}")
            chosen = few if row.evaluated <= LONG else blocks
            rows += _measured(_of_method(row, dataset.detector), chosen, processors)
        say("learned verdict")
        rows += _measured(_of_verdict(dataset.detector), blocks, processors)
    return Section(
        f"reconstructions: events per second, mix competition, {processors} processors, tables too",
        tuple(rows),
    )


@dataclass(frozen=True)
class Work:
    """load : what takes time once.  do : the rows of a block."""

    key: str
    label: str
    load: Callable[[], None]
    do: Callable[[Block], pl.DataFrame]


def _of_method(row: ReconstructionRow, detector: Detector) -> Work:
    do = partial(reconstruct_block, row.key, detector=detector)
    return Work(row.key, row.label, row.load, lambda block: do(block=block))


def _of_verdict(detector: Detector) -> Work:
    limit = math.radians(HARD_DEGREES)
    return Work(
        "verdict", "Learned verdict", learned.load,
        lambda block: classify_block(block, detector, limit),
    )  # fmt: skip


def _measured(work: Work, blocks: list[Block], processors: int) -> list[Row]:
    start = time.perf_counter()
    work.load()
    work.do(blocks[0])
    ready_s = time.perf_counter() - start
    start = time.perf_counter()
    n_events = sum(in_order(lambda block: len(work.do(block)), blocks, processors))
    rate = n_events / (time.perf_counter() - start)
    target = TARGETS.get(work.key)
    note = f"target >= {target:,g} /s: {'met' if rate >= target else 'MISSED'}" if target else ""
    return [
        Row(f"{work.label}, {n_events:,} events", rate, "/s", note=note),
        Row(f"{work.label}, until the first block is done", ready_s, "s"),
    ]
