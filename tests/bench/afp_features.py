"""AFP features per second, clusters and tracks included, on all cores and by processor time."""

from __future__ import annotations

import time

from reco_core.afp.features import NAMES, features
from reco_core.afp.hits import HitBatch, joined
from reco_core.afp.simulation.chunk import EVENTS_PER_CHUNK, Job, compile_ahead, simulate_chunk
from reco_core.afp.simulation.mixes import DEFAULT_CONTAMINATION
from reco_core.processors import usable_processors
from tests.bench.common import Options, say
from tests.bench.report import Row, Section, percentiles, row_of
from tests.reco_core.afp.batches import crowded_event

TARGET_PER_S = 200_000.0
CHUNKS = 100
CROWDED_HITS, CROWDED_EVENTS = 5_000, 200


def measure(options: Options) -> Section:
    threads, hits = usable_processors(), _events(options.repeats(CHUNKS, CHUNKS // 10))
    say(f"features of {hits.n_events:,} AFP events, {threads} threads")
    wall, processor = _rates(hits, options.repeats(15, 3))
    crowded = joined([crowded_event(CROWDED_HITS)] * options.repeats(CROWDED_EVENTS, 10))
    crowded_wall, _ = _rates(crowded, options.repeats(5, 2))
    met = "met" if percentiles(wall)[0] >= TARGET_PER_S else "MISSED"
    rows = (
        row_of(f"events per second, {threads} threads", wall, "/s",
               f"target >= {TARGET_PER_S:g} /s: {met}"),
        Row("the same by processor time, each core", percentiles(processor)[0], "/s"),
        row_of(f"events of {CROWDED_HITS:,} hits per second", crowded_wall, "/s"),
    )  # fmt: skip
    title = f"afp-features: {len(NAMES)} of each event, clusters and tracks included, mix beam"
    return Section(title, rows)


def _events(chunks: int) -> HitBatch:
    compile_ahead()
    job = Job("beam", 1000, chunks * EVENTS_PER_CHUNK, DEFAULT_CONTAMINATION)
    return joined([simulate_chunk(job, k).hits for k in range(chunks)])


def _rates(hits: HitBatch, repeats: int) -> tuple[list[float], list[float]]:
    """Events per second of wall time and of processor time; compiled before."""
    features(hits.part(0, 1))
    wall, processor = [], []
    for _ in range(repeats):
        begun, used = time.perf_counter(), time.process_time()
        features(hits)
        wall.append(hits.n_events / (time.perf_counter() - begun))
        processor.append(hits.n_events / (time.process_time() - used))
    return wall, processor
