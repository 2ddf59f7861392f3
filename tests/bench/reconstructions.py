"""Part: events per second of every reconstruction, over blocks as the command takes them."""

from __future__ import annotations

import io
import time
from pathlib import Path

from reco_core.icecube.dataset_blocks import Block
from reco_core.icecube.dataset_pass import all_blocks, one_dataset
from reco_core.icecube.detector import Detector
from reco_core.icecube.reconstructions.registry import RECONSTRUCTIONS, ReconstructionRow
from reco_core.icecube.reconstructions.table import reconstruct_block
from reco_core.icecube.simulation.command import usable_processors
from reco_core.icecube.simulation.runner import Job, simulate_dataset
from reco_core.in_threads import in_order
from tests.bench.common import Options, say, scratch
from tests.bench.report import Row, Section

# Per second on two processors; of a fit by likelihood on events as they come.
TARGETS = {"svd_axis": 20_000.0, "line_fit": 20_000.0, "two_dots": 500.0, "spe_fit": 20.0}
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
            rows += _measured(row, chosen, dataset.detector, processors)
    return Section(
        f"reconstructions: events per second, mix competition, {processors} processors, tables too",
        tuple(rows),
    )


def _measured(
    row: ReconstructionRow, blocks: list[Block], detector: Detector, processors: int
) -> list[Row]:
    start = time.perf_counter()
    row.load()
    reconstruct_block(row.key, blocks[0], detector)
    ready_s = time.perf_counter() - start
    start = time.perf_counter()
    done = in_order(
        lambda block: len(reconstruct_block(row.key, block, detector)), blocks, processors
    )
    n_events = sum(done)
    rate = n_events / (time.perf_counter() - start)
    target = TARGETS.get(row.key)
    note = f"target >= {target:,g} /s: {'met' if rate >= target else 'MISSED'}" if target else ""
    return [
        Row(f"{row.label}, {n_events:,} events", rate, "/s", note=note),
        Row(f"{row.label}, until the first block is done", ready_s, "s"),
    ]
