"""AFP events simulated and written per second, on all cores and by processor time."""

from __future__ import annotations

import io
import time

from reco_core.afp.simulation.chunk import Job, compile_ahead
from reco_core.afp.simulation.mixes import DEFAULT_CONTAMINATION
from reco_core.afp.simulation.runner import simulate_afp
from reco_core.processors import usable_processors
from tests.bench.common import Options, say, scratch
from tests.bench.report import Row, Section, percentiles, row_of

TARGET_PER_S = 50_000.0
EVENTS = 290_000


def measure(options: Options) -> Section:
    threads, events = usable_processors(), EVENTS if not options.quick else EVENTS // 10
    compile_ahead()
    wall, processor = [], []
    for seed in range(options.repeats(5, 2)):
        say(f"{events:,} AFP events, {threads} threads")
        with scratch() as folder:
            begun, used = time.perf_counter(), time.process_time()
            job = Job("beam", seed, events, DEFAULT_CONTAMINATION)
            simulate_afp(folder / "set", job, threads, io.StringIO())
            wall.append(events / (time.perf_counter() - begun))
            processor.append(events / (time.process_time() - used))
    met = "met" if percentiles(wall)[0] >= TARGET_PER_S else "MISSED"
    rows = (
        row_of(f"events per second, {threads} threads, files written", wall, "/s",
               f"target >= {TARGET_PER_S:g} /s: {met}"),
        Row("the same by processor time, each core", percentiles(processor)[0], "/s"),
    )  # fmt: skip
    return Section("afp-simulation: mix beam, warm", rows)
