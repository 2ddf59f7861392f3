"""Part 8: opening any of ten million AFP events, reading all of them, and importing files.

`python -m tests.bench.afp FOLDER INDEX` measures one data set in a process of its own, so that its
memory can be told.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from reco_core.afp.dataset import AfpDataset, open_afp
from reco_core.afp.dataset_stored import HITS_PER_ROW_GROUP
from tests.bench.common import BUILD, Options, run_child, say, scratch, timed_ms
from tests.bench.report import Row, Section, against_target, row_of
from tests.reco_core.afp.small_files import Hit, image_of, tree_of, write_images, write_tree

FULL_EVENTS, QUICK_EVENTS = 10_000_000, 100_000
EVENTS_PER_CHUNK = 100_000
MEAN_HITS = 8.2
OPENED, WARM_UP = 2_000, 20
TARGET_MS = 10.0
CLASSES = ["single_proton", "shower", "edge"]


def measure(options: Options) -> Section:
    n_events = options.repeats(FULL_EVENTS, QUICK_EVENTS)
    folder = stored(n_events)
    size_mb = (folder / "hits.parquet").stat().st_size / 1e6
    with scratch() as own:
        say(f"opening events of {n_events:,}")
        done = run_child("tests.bench.afp", str(folder), str(own))
        found = json.loads(done.output)
        rows = (
            Row("first opening: hits of each event counted", found["first_s"], "s"),
            Row("opening again", found["again_s"], "s"),
            _event_row("any event, hits and what is known of it", found["random_ms"]),
            _event_row("the next event", found["next_ms"]),
            Row("blocks of 20,000 events", found["blocks_per_s"], "events/s"),
            Row("peak memory, its own", done.peak_own_mb or 0.0, "MB"),
            *_imports(own, options),
        )
    return Section(f"afp: {n_events:,} events in hits.parquet of {size_mb:.0f} MB", rows)


def _event_row(what: str, times_ms: list[float]) -> Row:
    row = row_of(what, times_ms, "ms")
    return row_of(what, times_ms, "ms", against_target(row.p95 or 0.0, TARGET_MS, "ms at p95"))


def stored(n_events: int) -> Path:
    """A data set as the simulation writes it; kept in build/bench."""
    folder = BUILD / f"afp-{n_events}"
    if (folder / "truth.parquet").exists():
        return folder
    say(f"writing {n_events:,} AFP events, kept for the next run")
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(1)
    schema = pa.schema([
        ("event_id", pa.int64()), ("plane", pa.uint8()), ("row", pa.uint16()), ("col", pa.uint8()),
        ("charge", pa.float32()),
    ])  # fmt: skip
    with pq.ParquetWriter(folder / "hits.parquet", schema) as writer:
        for first in range(0, n_events, EVENTS_PER_CHUNK):
            columns = _hits(first, rng)
            writer.write_table(pa.table(columns, schema), row_group_size=HITS_PER_ROW_GROUP)
    pl.DataFrame({
        "event_id": np.arange(n_events),
        "event_class": pl.Series(CLASSES).gather(rng.integers(0, len(CLASSES), n_events)),
        "run": np.arange(n_events) // 1_000_000,
        "station": rng.integers(0, 4, n_events).astype(np.uint8),
    }).write_parquet(folder / "truth.parquet", row_group_size=100_000)  # fmt: skip
    return folder


def _hits(first: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Hits of the events of a chunk, each about a track."""
    event = np.repeat(np.arange(EVENTS_PER_CHUNK), rng.poisson(MEAN_HITS, EVENTS_PER_CHUNK))
    near = rng.integers(0, [334, 78], (EVENTS_PER_CHUNK, 2))[event]
    plane = rng.integers(0, 4, len(event))
    row, col = near[:, 0] + rng.integers(0, 2, len(event)), near[:, 1]
    pixel = np.unique(((event * 4 + plane) * 336 + row) * 80 + col)
    event, plane, row, col = np.unravel_index(pixel, (EVENTS_PER_CHUNK, 4, 336, 80))
    charge = rng.normal(15_000, 3_000, len(pixel)).clip(2_000)
    return {
        "event_id": event + first, "plane": plane, "row": row, "col": col, "charge": charge,
    }  # fmt: skip


def _imports(own: Path, options: Options) -> Iterator[Row]:
    rng = np.random.default_rng(2)
    n_images, n_entries = options.repeats(4_000, 300), options.repeats(50_000, 2_000)
    hits = [_entry(rng) for _ in range(500)]
    images = np.stack([image_of([hit[1:] for hit in event]) for event in hits[:100]])
    say("importing images and ROOT files")
    path = write_images(own / "hits.npy", np.tile(images, (n_images // 100, 1, 1, 1)))
    yield _import_row("import of images, float16", path, own, n_images)
    tree = tree_of((hits * (n_entries // len(hits)))[:n_entries], slots=20)
    path = write_tree(own / "336505.root", tree)
    yield _import_row("import of a ROOT file, 20 slots", path, own, n_entries)


def _entry(rng: np.random.Generator) -> list[Hit]:
    row, col = int(rng.integers(1, 330)), int(rng.integers(1, 80))
    station = int(rng.integers(0, 4))
    return [(station, plane, row + k, col, 9_000.0) for plane in range(4) for k in range(2)]


def _import_row(what: str, path: Path, own: Path, n: int) -> Row:
    start = time.perf_counter()
    open_afp(path, own / "index")
    return Row(what, n / (time.perf_counter() - start), "entries/s")


def _measure_one(folder: Path, index: Path) -> dict[str, object]:
    first_s, dataset = _timed_open(folder, index)
    again_s, dataset = _timed_open(folder, index)
    chosen = np.random.default_rng(3).integers(0, dataset.n_events - 1, OPENED + WARM_UP)
    random_ms = _brief(timed_ms(dataset.event, chosen.tolist())[WARM_UP:])
    following = range(dataset.n_events // 2, dataset.n_events // 2 + OPENED)
    next_ms = _brief(timed_ms(dataset.event, list(following)))
    start = time.perf_counter()
    end = min(dataset.n_events, 2_000_000)
    read = sum(hits.n_events for _, hits in dataset.blocks(20_000, 0, end))
    blocks_per_s = read / (time.perf_counter() - start)
    return {
        "first_s": first_s, "again_s": again_s, "random_ms": random_ms, "next_ms": next_ms,
        "blocks_per_s": blocks_per_s,
    }  # fmt: skip


def _brief(times_ms: list[float]) -> list[float]:
    """Few digits: the parent reads the output at the end, and a pipe holds 64 kB."""
    return [round(time_ms, 3) for time_ms in times_ms]


def _timed_open(folder: Path, index: Path) -> tuple[float, AfpDataset]:
    start = time.perf_counter()
    dataset = open_afp(folder, index)
    return time.perf_counter() - start, dataset


if __name__ == "__main__":
    print(json.dumps(_measure_one(Path(sys.argv[1]), Path(sys.argv[2]))))
